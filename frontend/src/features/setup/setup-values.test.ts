import { describe, expect, it } from "vitest";
import { mexicanZones, stepOfField, suggestLogin, timeIn, zoneChoices } from "./setup-values";

describe("suggestLogin", () => {
  it.each([
    { name: "drops accents", full: "Íñigo Peña Núñez", want: "inigo.pena" },
    { name: "one word", full: "Laura", want: "laura" },
    { name: "odd letters", full: "  O'Brien   (ventas) ", want: "obrien.ventas" },
    { name: "nothing", full: "  ", want: "" },
  ])("$name", ({ full, want }) => expect(suggestLogin(full)).toBe(want));
});

describe("zoneChoices", () => {
  it("keeps Mexico's as they are", () => expect(zoneChoices("America/Tijuana")).toEqual(mexicanZones));
  it("adds a zone elsewhere", () => expect(zoneChoices("Europe/Madrid")).toContain("Europe/Madrid"));
});

describe("timeIn", () => {
  const noon = new Date("2026-11-23T18:00:00Z");
  it("knows Cancún is an hour ahead", () => {
    expect(timeIn("America/Mexico_City", noon)).toBe("12:00");
    expect(timeIn("America/Cancun", noon)).toBe("13:00");
  });
  it("every zone we offer is one the system knows", () => {
    for (const zone of mexicanZones) expect(timeIn(zone, noon)).toMatch(/^\d\d:\d\d$/);
  });
});

describe("stepOfField", () => {
  it.each([
    { field: "office_name", want: "office" },
    { field: "timezone", want: "office" },
    { field: "admin.password", want: "admin" },
    { field: "", want: "admin" },
  ])("$field goes to $want", ({ field, want }) => expect(stepOfField(field)).toBe(want));
});
