import { describe, expect, it } from "vitest";
import { isNarrowed, parseProspectSearch, searchQuery } from "./prospect-search";

describe("parseProspectSearch", () => {
  it.each([
    { name: "an empty address", raw: {}, want: {} },
    { name: "drops strangers", raw: { page: 3, evil: "x" }, want: {} },
    { name: "drops empty filters", raw: { q: "", stage: "" }, want: {} },
    { name: "a phone that was read as a number", raw: { q: 5555550101 }, want: { q: "5555550101" } },
    { name: "an unknown order", raw: { sort: "colour" }, want: {} },
    { name: "the usual order needs no words", raw: { sort: "recent" }, want: {} },
    { name: "flags", raw: { unattended: true, no_next: "true" }, want: { unattended: true, no_next: true } },
    { name: "false flags are none", raw: { unattended: false }, want: {} },
    {
      name: "a clock of office hours",
      raw: { answered: "5", clock: "receipt_hours" },
      want: { answered: "5", clock: "receipt_hours" },
    },
    {
      name: "the usual clock needs no words",
      raw: { answered: 15, clock: "lead" },
      want: { answered: "15" },
    },
    {
      name: "what no list has",
      raw: {
        status: "odd",
        temperature: "foo",
        source: "x",
        lead_from: "ayer",
        lead_to: "-7",
        tag: "t".repeat(65),
      },
      want: {},
    },
    {
      name: "days, and distances from today",
      raw: { lead_from: "-7d", lead_to: "2026-11-30", ended_to: "2026-02-30" },
      want: { lead_from: "-7d", lead_to: "2026-11-30" },
    },
    {
      name: "an id of Meta's that was read as a number",
      raw: { form: 120330001 },
      want: { form: "120330001" },
    },
    { name: "ended ones", raw: { open: false }, want: { open: "false" } },
    { name: "everything", raw: { open: "all", sort: "next" }, want: { open: "all", sort: "next" } },
  ])("$name", ({ raw, want }) => expect(parseProspectSearch(raw)).toEqual(want));

  it("cuts what would not fit", () => {
    expect(parseProspectSearch({ q: "a".repeat(500) }).q).toHaveLength(200);
  });
});

describe("searchQuery", () => {
  it("leaves ended prospects out", () => expect(searchQuery({})).toEqual({ open: "true" }));
  it("finds discarded ones when asked", () => {
    expect(searchQuery({ status: "discarded" })).toEqual({ status: "discarded", open: "all" });
  });
  it("does as the address says", () => expect(searchQuery({ open: "false" }).open).toBe("false"));
});

describe("isNarrowed", () => {
  it("is false for an order alone", () => expect(isNarrowed({ sort: "name" })).toBe(false));
  it("is true for a filter", () => expect(isNarrowed({ unattended: true })).toBe(true));
});
