import { describe, expect, it } from "vitest";
import { fromProblem, toAppError } from "./app-error";
import { deadlineFor, serializeBody } from "./client";

describe("serializeBody", () => {
  it("writes JSON", () => expect(serializeBody({ name: "Peña" })).toBe('{"name":"Peña"}'));
  it("leaves bytes as they are", () => {
    const bytes = new Uint8Array([1, 2]).buffer;
    expect(serializeBody(bytes)).toBe(bytes);
  });
  it("refuses a Blob, which kills the Linux window", () => {
    expect(() => serializeBody(new Blob(["x"]))).toThrow(TypeError);
  });
  it("refuses a File", () => expect(() => serializeBody(new File(["x"], "a.csv"))).toThrow(TypeError));
  it("refuses a FormData", () => {
    const Form = globalThis["FormData" as keyof typeof globalThis] as new () => object;
    expect(() => serializeBody(new Form())).toThrow(TypeError);
  });
});

describe("deadlineFor", () => {
  it.each([
    { path: "/api/prospects", want: 15_000 },
    { path: "/api/me", want: 15_000 },
    { path: "/api/meta/check", want: 120_000 },
    { path: "/api/meta", want: 120_000 },
    { path: "/api/imports/1/run", want: 120_000 },
  ])("$path", ({ path, want }) => expect(deadlineFor(path)).toBe(want));
});

describe("fromProblem", () => {
  it("keeps code, arguments and field", () => {
    const problem = fromProblem({ code: "account.wait", args: { seconds: 8 }, field: "password" }, 429);
    expect([problem.code, problem.args, problem.field, problem.status]).toEqual([
      "account.wait",
      { seconds: 8 },
      "password",
      429,
    ]);
  });
  it("never shows a foreign body", () => {
    expect(fromProblem({ message: "SELECT secret" }, 500).message).toBe("internal");
    expect(fromProblem("<html>", 503).code).toBe("busy");
  });
});

describe("toAppError", () => {
  it("hides unforeseen errors behind internal", () =>
    expect(toAppError(new Error("boom")).code).toBe("internal"));
});
