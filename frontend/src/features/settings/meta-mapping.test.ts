import { describe, expect, it } from "vitest";
import type { MetaForm } from "@/shared/api/types";
import { changedTargets, fullMapping, mappingGaps } from "./meta-mapping";

const form = (keys: string[], mapping: Record<string, string>) =>
  ({
    questions: keys.map((key) => ({ key, label: key, type: "CUSTOM", options: [] })),
    mapping,
  }) as unknown as MetaForm;

describe("fullMapping", () => {
  it("keeps as an answer what nobody mapped or a later version named", () => {
    expect(fullMapping(form(["full_name", "color", "x"], { full_name: "name", x: "horoscope" }))).toEqual({
      full_name: "name",
      color: "answer",
      x: "answer",
    });
  });
});

describe("changedTargets", () => {
  it("names only what was touched, and taking it back names the same", () => {
    const before = { full_name: "name", color: "answer" } as const;
    const after = { full_name: "name", color: "city" } as const;
    expect(changedTargets(before, after)).toEqual({ color: "city" });
    expect(changedTargets(after, before)).toEqual({ color: "answer" });
    expect(changedTargets(before, before)).toEqual({});
  });
});

describe("mappingGaps", () => {
  it.each([
    { name: "complete with phone", mapping: { a: "name", b: "phone" }, want: [] },
    { name: "complete with e-mail", mapping: { a: "first_name", b: "email" }, want: [] },
    { name: "nobody to reach", mapping: { a: "name", b: "answer" }, want: ["reach"] },
    { name: "no name", mapping: { b: "phone", c: "last_name" }, want: ["name"] },
    { name: "nothing at all", mapping: {}, want: ["reach", "name"] },
  ] as const)("$name", ({ mapping, want }) => expect(mappingGaps(mapping)).toEqual(want));
});
