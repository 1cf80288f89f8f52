import { describe, expect, it } from "vitest";
import { parseAgendaSearch, viewOf } from "./agenda-search";

describe("parseAgendaSearch", () => {
  it.each([
    [
      "a day",
      { dia: "2026-11-24", vista: "dia", vendedor: "u1" },
      { dia: "2026-11-24", vista: "dia", vendedor: "u1" },
    ],
    ["no such day", { dia: "2026-02-30", vista: "mes", vendedor: 7 }, {}],
    ["no date", { dia: "mañana" }, {}],
  ])("%s", (_, raw, want) => expect(parseAgendaSearch(raw)).toEqual(want));
  it("shows a week unless a day is asked for", () => {
    expect([viewOf({}), viewOf({ vista: "dia" })]).toEqual(["week", "day"]);
  });
});
