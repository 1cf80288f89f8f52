import { describe, expect, it } from "vitest";
import { afterDone, type Done, fulfils } from "./activity-draft";

const now = new Date(2026, 10, 24, 11, 30);
const call: Done = { kind: "call", result: "no_answer" };
const planned = (kind: string, at: Date | null, on: string | null = null) => ({
  id: "a1",
  kind,
  at: at === null ? null : at.toISOString(),
  on,
});

describe("fulfils", () => {
  it.each([
    { name: "a call that was due", next: planned("call", new Date(2026, 10, 24, 9)), want: "a1" },
    { name: "a call later today", next: planned("call", new Date(2026, 10, 24, 17)), want: "a1" },
    { name: "a call of last week", next: planned("call", null, "2026-11-17"), want: "a1" },
    { name: "a call of tomorrow stays", next: planned("call", new Date(2026, 10, 25, 9)), want: undefined },
    { name: "another kind stays", next: planned("visit", new Date(2026, 10, 24, 9)), want: undefined },
    { name: "nothing planned", next: null, want: undefined },
  ])("$name", ({ next, want }) => expect(fulfils(call, next, now)?.id).toBe(want));
});

describe("afterDone", () => {
  const prospect = { attended_at: null, next: null, status: "new" };

  it("stops the clock", () => expect(afterDone(prospect, call, now).attended_at).toBe(now.toISOString()));
  it("does not for a note", () => {
    expect(afterDone(prospect, { kind: "note", body: "x" }, now)).toEqual(prospect);
  });
  it("keeps the first contact", () => {
    const earlier = "2026-11-20T12:00:00.000Z";
    expect(afterDone({ ...prospect, attended_at: earlier }, call, now).attended_at).toBe(earlier);
  });
  it("shows the step made with it", () => {
    const due_at = "2026-11-25T15:00:00.000Z";
    const done: Done = { kind: "call", result: "call_later", next: { kind: "call", when: { due_at } } };
    expect(afterDone(prospect, done, now).next).toMatchObject({ kind: "call", at: due_at, on: null });
  });
  it.each([
    { name: "an attempt", status: "new", result: "busy", want: "trying" },
    { name: "an answer", status: "trying", result: "answered", want: "contacted" },
    { name: "a visit", status: "contacted", result: "held", want: "following" },
    { name: "never back", status: "following", result: "no_answer", want: "following" },
    { name: "what a person chose stays", status: "paused", result: "answered", want: "paused" },
  ])("moves the status: $name", ({ status, result, want }) => {
    expect(afterDone({ ...prospect, status }, { kind: "call", result }, now).status).toBe(want);
  });
});
