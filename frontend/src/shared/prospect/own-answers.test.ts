import { describe, expect, it } from "vitest";
import { splitAnswers } from "./own-answers";

describe("splitAnswers", () => {
  const answers = ["CUSTOM", "FULL_NAME", "CITY", "WHATSAPP_NUMBER", "TRACKING", ""].map((type) => ({
    type,
  }));
  const types = (part: { type: string }[]) => part.map(({ type }) => type);

  it("keeps the questions in their order", () => {
    expect(types(splitAnswers(answers).own)).toEqual(["CUSTOM", "CITY", ""]);
  });
  it("loses nothing", () => {
    expect(types(splitAnswers(answers).rest)).toEqual(["FULL_NAME", "WHATSAPP_NUMBER", "TRACKING"]);
  });
});
