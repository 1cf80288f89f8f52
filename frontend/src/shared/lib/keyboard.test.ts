import { describe, expect, it } from "vitest";
import { createMatcher, isTextField, keyName } from "./keyboard";

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

describe("isTextField", () => {
  const input = (type: string) => ({ tagName: "INPUT", isContentEditable: false, type });
  it("is any input in which letters are typed", () => {
    for (const type of ["text", "search", "tel", "email", "password", "date", "number"])
      expect(isTextField(input(type))).toBe(true);
  });
  it("is no box to tick: after one the letters of a list go on working", () => {
    for (const type of ["checkbox", "radio"]) expect(isTextField(input(type))).toBe(false);
  });
  it("is an area, a choice, and what is edited in place", () => {
    for (const tagName of ["TEXTAREA", "SELECT"])
      expect(isTextField({ tagName, isContentEditable: false })).toBe(true);
    expect(isTextField({ tagName: "DIV", isContentEditable: true })).toBe(true);
  });
  it("is no button", () => expect(isTextField({ tagName: "BUTTON", isContentEditable: false })).toBe(false));
});

describe("keyName", () => {
  it("lowers letters", () => expect(keyName({ key: "J" })).toBe("j"));
  it("keeps names", () => expect(keyName({ key: "ArrowDown" })).toBe("ArrowDown"));
});
