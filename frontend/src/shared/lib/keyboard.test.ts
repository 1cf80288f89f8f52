import { describe, expect, it } from "vitest";
import { createMatcher, keyName } from "./keyboard";

const keys = ["j", "k", "g p", "g c", "?"];

describe("createMatcher", () => {
  it("finds a single key", () => expect(createMatcher()(keys, "j", 0)).toBe("j"));
  it("finds two keys in a row", () => {
    const match = createMatcher();
    expect(match(keys, "g", 0)).toBeNull();
    expect(match(keys, "p", 900)).toBe("g p");
  });
  it("forgets the first key after the window", () => {
    const match = createMatcher();
    match(keys, "g", 0);
    expect(match(keys, "p", 1300)).toBeNull();
  });
  it("lets a single key act after a pair that came to nothing", () => {
    const match = createMatcher();
    match(keys, "g", 0);
    expect(match(keys, "j", 100)).toBe("j");
  });
  it("ignores keys nobody bound", () => expect(createMatcher()(keys, "x", 0)).toBeNull());
});

describe("keyName", () => {
  it("lowers letters", () => expect(keyName({ key: "J" })).toBe("j"));
  it("keeps names", () => expect(keyName({ key: "ArrowDown" })).toBe("ArrowDown"));
});
