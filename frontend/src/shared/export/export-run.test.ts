import { describe, expect, it } from "vitest";
import { exportName, exportPercent, filterTexts } from "./export-run";

const job = { id: "1", state: "running", problem: "", rows: 0, left_out: 0, total: 200 };

describe("exportPercent", () => {
  it("counts those who are left out, and never exceeds the whole", () => {
    expect(exportPercent({ ...job, rows: 99, left_out: 1 })).toBe(50);
    expect(exportPercent({ ...job, rows: 300 })).toBe(100);
  });
  it("knows nothing without a total", () => expect(exportPercent({ ...job, total: -1 })).toBeNull());
});

it("exportName sorts by day", () =>
  expect(exportName("prospectos", "csv", new Date(2026, 10, 3))).toBe("prospectos 2026-11-03.csv"));

it("filterTexts leaves out what narrows nothing", () =>
  expect(filterTexts({ q: "", open: "true", unattended: true, stage: undefined })).toEqual({
    open: "true",
    unattended: "true",
  }));
