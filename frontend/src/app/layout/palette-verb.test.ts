import { describe, expect, it } from "vitest";
import { readVerb } from "./palette-verb";

describe("readVerb", () => {
  it.each([
    { line: "llam mar", want: { verb: "call", rest: "mar" } },
    { line: "Llamar a María", want: { verb: "call", rest: "maria" } },
    { line: "whats  gonzález 4455", want: { verb: "whatsapp", rest: "gonzalez 4455" } },
    { line: "llamar", want: null },
    { line: "ll mar", want: null },
    { line: "maría llamas", want: null },
    { line: "", want: null },
  ])("$line", ({ line, want }) => expect(readVerb(line)).toEqual(want));
});
