import { describe, expect, it } from "vitest";
import { nextRow } from "./table-keyboard";

describe("nextRow", () => {
  it.each([
    { name: "first step enters the list", key: "j", active: -1, want: 0 },
    { name: "K without an active row enters too", key: "k", active: -1, want: 0 },
    { name: "down", key: "ArrowDown", active: 3, want: 4 },
    { name: "stops at the end", key: "j", active: 9, want: 9 },
    { name: "stops at the start", key: "ArrowUp", active: 0, want: 0 },
    { name: "a page down", key: "PageDown", active: 2, want: 7 },
    { name: "a page past the end", key: "PageDown", active: 8, want: 9 },
    { name: "home", key: "Home", active: 8, want: 0 },
    { name: "end", key: "End", active: 1, want: 9 },
    { name: "other keys", key: "x", active: 1, want: null },
  ])("$name", ({ key, active, want }) => expect(nextRow(key, active, 10, 5)).toBe(want));

  it("does nothing in an empty list", () => expect(nextRow("j", -1, 0, 5)).toBeNull());
});
