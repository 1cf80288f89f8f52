import { describe, expect, it } from "vitest";
import type { ImportColumn } from "@/shared/api/types";
import { canReach, clashingColumns, errorFileName, percentDone } from "./import-columns";

const columns = (...targets: string[]): ImportColumn[] =>
  targets.map((target, index) => ({ index, header: `c${index}`, target, samples: [] }));

const progress = (done: number) => ({
  done,
  registered: 0,
  linked: 0,
  known: 0,
  test: 0,
  held: 0,
  failed: 0,
  unreachable: 0,
});

describe("clashingColumns", () => {
  it("marks both columns that claim one target", () => {
    expect([...clashingColumns(columns("name", "phone", "name", "city"))]).toEqual([0, 2]);
  });
  it("lets several phones, e-mails and answers be", () => {
    expect(
      clashingColumns(columns("phone", "phone", "email", "email", "answer", "answer", "ignore", "ignore"))
        .size,
    ).toBe(0);
  });
});

describe("canReach", () => {
  it.each([
    { name: "a phone", targets: ["name", "phone"], want: true },
    { name: "only Meta's id", targets: ["lead_id", "answer"], want: true },
    { name: "only names", targets: ["name", "city"], want: false },
  ])("$name", ({ targets, want }) => expect(canReach(columns(...targets))).toBe(want));
});

describe("percentDone", () => {
  it.each([
    { name: "half", total: 200, done: 100, want: 50 },
    { name: "never full before the end", total: 1000, done: 999, want: 99 },
    { name: "an empty file", total: 0, done: 0, want: 0 },
    { name: "never above", total: 10, done: 12, want: 100 },
  ])("$name", ({ total, done, want }) => expect(percentDone({ total, progress: progress(done) })).toBe(want));
});

describe("errorFileName", () => {
  it.each([
    { name: "leads.csv", want: "leads-errores.csv" },
    { name: "a.b.xlsx", want: "a.b-errores.csv" },
    { name: "sin", want: "sin-errores.csv" },
  ])("$name", ({ name, want }) => expect(errorFileName(name, "errores")).toBe(want));
});
