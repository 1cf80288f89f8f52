import { expect, test } from "vitest";
import { toDay } from "@/shared/lib/dates";
import { parseDashboardSearch } from "./dashboard-search";
import { durationParts } from "./duration";

test("an address keeps what the dashboard understands", () => {
  expect(parseDashboardSearch({ period: "7d", seller: "none", x: 1 })).toEqual({
    period: "7d",
    seller: "none",
  });
  expect(parseDashboardSearch({ period: "week" })).toEqual({ period: "week" });
  expect(parseDashboardSearch({ from: "2026-11-01", to: "2026-11-30" })).toEqual({
    from: "2026-11-01",
    to: "2026-11-30",
  });
  expect(parseDashboardSearch({ period: "1y", to: "2026-11-30", from: "ayer", seller: "" })).toEqual({});
  expect(parseDashboardSearch({ from: "2026-11-30", to: "2026-11-01" })).toEqual({});
  expect(parseDashboardSearch({ from: "1999-01-01", to: "2026-11-01", seller: "u1" })).toEqual({
    seller: "u1",
  });
  expect(parseDashboardSearch({ from: "2199-01-01" })).toEqual({});
  expect(parseDashboardSearch({ from: toDay(new Date()) })).toEqual({ from: toDay(new Date()) });
});

test("a duration is read in the largest unit that says enough", () => {
  expect(durationParts(0)).toEqual({ n: 0, unit: "s" });
  expect(durationParts(45)).toEqual({ n: 45, unit: "s" });
  expect(durationParts(60)).toEqual({ n: 1, unit: "min" });
  expect(durationParts(210)).toEqual({ n: 3.5, unit: "min" });
  expect(durationParts(3600)).toEqual({ n: 1, unit: "h" });
  expect(durationParts(5400)).toEqual({ n: 1.5, unit: "h" });
  expect(durationParts(2 * 86_400)).toEqual({ n: 2, unit: "d" });
});
