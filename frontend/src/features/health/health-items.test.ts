import { describe, expect, it } from "vitest";
import { i18n } from "@/locales/i18n";
import type { HealthItem } from "@/shared/api/types";
import { itemCodes, knownItem, needsAttention, numberArg } from "./health-items";

const item = (code: string, level: HealthItem["level"], args: HealthItem["args"] = {}): HealthItem => ({
  code,
  level,
  args,
  action: "",
});

describe("needsAttention", () => {
  it("puts the worst first and leaves out what is well", () => {
    const items = [
      item("disk.low", "warn"),
      item("ok", "ok"),
      item("meta.token_dead", "bad"),
      item("leads.held", "warn"),
    ];
    expect(needsAttention(items).map(({ code }) => code)).toEqual([
      "meta.token_dead",
      "disk.low",
      "leads.held",
    ]);
  });
});

describe("numberArg", () => {
  it.each([
    { name: "a number", args: { count: 3 }, want: 3 },
    { name: "text", args: { count: "4" }, want: 4 },
    { name: "missing", args: {}, want: 1 },
    { name: "nonsense", args: { count: "many" }, want: 1 },
  ])("$name", ({ args, want }) => expect(numberArg(item("leads.held", "warn", args), "count", 1)).toBe(want));
});

describe("sentences", () => {
  it.each(itemCodes)("%s has a title and a body in both languages", (code) => {
    for (const lng of ["es-MX", "en"]) {
      for (const part of ["title", "body"]) {
        const found = i18n.exists(`item.${code}.${part}`, { ns: "health", lng, fallbackLng: [], count: 2 });
        expect(found, `${lng} ${part}`).toBe(true);
      }
    }
  });
  it("knows no others", () => expect(knownItem("tide.high")).toBeUndefined());
});
