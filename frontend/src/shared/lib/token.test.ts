import { describe, expect, it } from "vitest";
import { formsWait, tokenEnds } from "./token";

const past = "2026-11-02T15:00:00.000Z";

describe("a token", () => {
  it.each([
    { name: "without an end", state: "valid", at: null, access: null, want: [["expires", null]] },
    {
      name: "with both ends",
      state: "valid",
      at: past,
      access: past,
      want: [
        ["expires", past],
        ["access", past],
      ],
    },
    {
      name: "that ended, one knows when",
      state: "expired",
      at: past,
      access: null,
      want: [["expired", past]],
    },
    { name: "that ended is not said to last", state: "expired", at: null, access: null, want: [] },
    { name: "that is refused is not said to last", state: "refused", at: null, access: null, want: [] },
    { name: "that is none", state: "none", at: null, access: null, want: [] },
  ] as const)("$name", ({ state, at, access, want }) => {
    const ends = tokenEnds({ state, expires_at: at, data_access_expires_at: access });
    expect(ends.map(({ word, at }) => [word, at])).toEqual(want);
  });

  it("that does not work lets no form be in order", () => {
    expect((["none", "valid", "expired", "refused"] as const).map(formsWait)).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });
});
