import { describe, expect, it } from "vitest";
import { keptLength, lengthOf, lengthWords } from "./length";

describe("lengthOf", () => {
  it.each([
    [{ kind: "visit" }, 60],
    [{ kind: "call", minutes: null }, 30],
    [{ kind: "visit", minutes: 90 }, 90],
  ])("%o takes %d", (item, want) => expect(lengthOf(item)).toBe(want));
});

describe("keptLength", () => {
  it("keeps no length that is the usual one", () =>
    expect([keptLength("visit", 60), keptLength("visit", 45), keptLength("call", 60)]).toEqual([0, 45, 60]));
});

describe("lengthWords", () => {
  it.each([
    [0, "0 min"],
    [45, "45 min"],
    [60, "1 h"],
    [90, "1 h 30 min"],
    [480, "8 h"],
  ])("%d is %s", (minutes, want) => expect(lengthWords(minutes)).toBe(want));
});
