import { describe, expect, it } from "vitest";
import { readDay } from "./read-day";

describe("readDay", () => {
  it("takes the day first, as Mexico writes it", () => {
    expect(readDay("05/11/2026")).toBe("2026-11-05");
    expect(readDay("5-11-26")).toBe("2026-11-05");
    expect(readDay("31.12.2026")).toBe("2026-12-31");
  });
  it("takes what a computer writes", () => expect(readDay("2026-11-05")).toBe("2026-11-05"));
  it("refuses days that there are not", () => {
    for (const text of ["", "31/02/2026", "11/13/2026", "mañana", "1/2"]) expect(readDay(text)).toBeNull();
  });
});
