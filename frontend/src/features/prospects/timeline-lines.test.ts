import { describe, expect, it } from "vitest";
import type { TimelineItem } from "@/shared/api/types";
import { datum, enquiryWords, isPlanned, timelineLines } from "./timeline-lines";

const item = (id: string, more: Partial<TimelineItem>): TimelineItem => ({
  id,
  type: "event",
  at: "2026-11-24T12:00:00.000Z",
  author_id: "",
  author_name: "",
  kind: "",
  result: "",
  body: "",
  due_at: null,
  due_on: null,
  done_at: null,
  data: {},
  ...more,
});
const ids = (items: TimelineItem[]) => timelineLines(items).map(({ id }) => id);

describe("timelineLines", () => {
  const submission = item("s1", { type: "submission" });

  it("tells a registration once", () => {
    expect(ids([item("e1", { kind: "registered", data: { submission_id: "s1" } }), submission])).toEqual([
      "s1",
    ]);
  });
  it("keeps whose turn it was", () => {
    const data = { submission_id: "s1", rule: "turn", to: "u2" };
    expect(ids([item("e1", { kind: "registered", data }), submission])).toEqual(["e1", "s1"]);
  });
  it("tells it when the form is not on the page", () => {
    expect(ids([item("e1", { kind: "registered", data: { submission_id: "s1" } })])).toEqual(["e1"]);
  });
  it("leaves the first contact to the activity that made it", () => {
    expect(ids([item("e1", { kind: "attended" })])).toEqual([]);
  });
  it("leaves the next step to its own place", () => {
    expect(timelineLines([item("a1", { type: "activity", due_on: "2026-11-25" })], "a1")).toEqual([]);
  });
  it("keeps the rest in order", () => {
    expect(ids([item("a", { kind: "stage" }), submission, item("b", { kind: "assigned" })])).toEqual([
      "a",
      "s1",
      "b",
    ]);
  });
});

describe("datum", () => {
  it("reads texts only", () => {
    expect(datum(item("e", { data: { turn: 4 } }), "turn")).toBe("");
  });
});

describe("isPlanned", () => {
  it("is a due activity", () => {
    expect(isPlanned(item("a", { type: "activity", due_on: "2026-11-25" }))).toBe(true);
  });
  it("is not one that is done", () => {
    expect(
      isPlanned(item("a", { type: "activity", due_on: "2026-11-25", done_at: "2026-11-24T12:00:00.000Z" })),
    ).toBe(false);
  });
});

describe("enquiryWords", () => {
  it.each([
    ["manual", "line.byHand"],
    ["file", "line.byFile"],
    ["webhook", "line.form"],
    ["poll", "line.form"],
  ])("%s", (origin, want) => expect(enquiryWords(origin)).toBe(want));
});
