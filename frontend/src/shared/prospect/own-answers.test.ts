import { describe, expect, it } from "vitest";
import { splitAnswers, typedName } from "./own-answers";

describe("splitAnswers", () => {
  const answers = ["CUSTOM", "FULL_NAME", "CITY", "WHATSAPP_NUMBER", "TRACKING", ""].map((type) => ({
    type,
  }));
  const types = (part: { type: string }[]) => part.map(({ type }) => type);

  it("keeps the questions in their order", () => {
    expect(types(splitAnswers({ origin: "poll", answers }).own)).toEqual(["CUSTOM", "CITY", ""]);
  });
  it("loses nothing", () => {
    expect(types(splitAnswers({ origin: "poll", answers }).rest)).toEqual([
      "FULL_NAME",
      "WHATSAPP_NUMBER",
      "TRACKING",
    ]);
  });
  it("hides nothing that was typed in by hand, for it stands nowhere else", () => {
    expect(types(splitAnswers({ origin: "manual", answers }).own)).toEqual(answers.map(({ type }) => type));
  });
});

describe("typedName", () => {
  it.each([
    ["full_name", "", "full_name"],
    ["full_name", "¿Cómo te llamas?", undefined],
    ["otra", "", undefined],
  ])("%s, labelled %j", (name, label, want) => expect(typedName({ name, label })).toBe(want));
});
