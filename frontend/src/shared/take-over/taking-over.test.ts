import { describe, expect, it } from "vitest";
import { ageOf } from "./taking-over";

describe("ageOf", () => {
  const now = new Date("2026-11-29T12:00:00Z");
  it.each([
    ["nothing was brought back", undefined, null],
    ["made for this", "2026-11-29T11:50:00Z", null],
    ["of this morning", "2026-11-29T08:00:00Z", "age"],
    ["of 44 days ago", "2026-10-16T12:00:00Z", "age"],
    ["of 46 days ago", "2026-10-14T12:00:00Z", "ageOld"],
  ])("%s", (_name, at, key) => expect(ageOf(at, now)).toBe(key));
});
