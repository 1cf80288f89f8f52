import { describe, expect, it } from "vitest";
import { parseProspectSearch } from "./prospect-search";
import { endsOn, isView, searchOf, viewOf, withMovingDays } from "./view-queries";

describe("viewOf", () => {
  it("keeps every filter that a number of the dashboard sets, and the way back finds them all", () => {
    const search = parseProspectSearch({
      seller: "u1",
      form: "f1",
      source: "leads",
      ended_from: "2026-11-01",
      ended_to: "2026-11-29",
      attended_from: "2026-11-01",
      attended_to: "2026-11-29",
      lead_from: "-29d",
      attended: true,
      age: "15",
      answered: "older",
      clock: "receipt",
      open: "all",
      sort: "name",
    });
    expect(searchOf(viewOf(search))).toEqual(search);
    expect(isView(search, viewOf(search))).toBe(true);
  });
  it("leaves out what was typed", () => expect(viewOf({ q: "Rosa", stage: "s" })).toEqual({ stage: "s" }));
});

describe("withMovingDays", () => {
  const today = "2026-11-29";
  it("counts days back from today", () =>
    expect(withMovingDays({ lead_from: "2026-10-31", lead_to: today }, today)).toEqual({
      lead_from: "-29d",
      lead_to: "-0d",
    }));
  it("leaves days alone that ended before", () => {
    const past = { ended_from: "2026-11-01", ended_to: "2026-11-15" };
    expect(endsOn(past, today)).toBe(false);
    expect(withMovingDays(past, today)).toEqual(past);
  });
  it("sees any of the three stretches", () => expect(endsOn({ attended_to: today }, today)).toBe(true));
});
