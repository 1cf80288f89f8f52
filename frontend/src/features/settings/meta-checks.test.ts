import { describe, expect, it } from "vitest";
import { i18n } from "@/locales/i18n";
import type { MetaCheck } from "@/shared/api/types";
import { checkCodes, checkLevel, knownCheck, sortChecks } from "./meta-checks";

const check = (code: string, state: MetaCheck["state"]): MetaCheck => ({ code, state, args: {} });

describe("sortChecks", () => {
  it("puts what is missing before what only warns, each in its own order", () => {
    const sorted = sortChecks([
      check("token_valid", "ok"),
      check("token_long_lived", "warn"),
      check("scope.leads_retrieval", "missing"),
      check("page_task", "unknown"),
      check("lead_access", "missing"),
    ]);
    expect(sorted.toFix.map(({ code }) => code)).toEqual([
      "scope.leads_retrieval",
      "lead_access",
      "token_long_lived",
    ]);
    expect(sorted.unknown.map(({ code }) => code)).toEqual(["page_task"]);
    expect(sorted.inOrder.map(({ code }) => code)).toEqual(["token_valid"]);
  });
});

describe("checkLevel", () => {
  it("draws what is missing as bad", () => expect(checkLevel(check("app_secret", "missing"))).toBe("bad"));
});

describe("sentences", () => {
  it.each(checkCodes)("%s has a title and a way to fix it in both languages", (code) => {
    for (const lng of ["es-MX", "en"]) {
      for (const part of ["title", "fix"]) {
        const found = i18n.exists(`meta.check.${code}.${part}`, { ns: "settings", lng, fallbackLng: [] });
        expect(found, `${lng} ${part}`).toBe(true);
      }
    }
  });
  it("leaves checks of a later version without words", () =>
    expect(knownCheck("moon_phase")).toBeUndefined());
});
