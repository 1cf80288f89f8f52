import { describe, expect, it } from "vitest";
import { i18n } from "@/locales/i18n";
import type { RelayCheck, RelayState } from "@/shared/api/types";
import {
  allSteps,
  checkCodes,
  checkLevel,
  knownCheck,
  minutesOff,
  paragraphs,
  problemCodes,
  problemWord,
  stateLevel,
  unfinished,
  verdict,
} from "./relay-words";

const check = (code: string, state: RelayCheck["state"], page = ""): RelayCheck => ({
  code,
  state,
  page,
  problem: "",
  ms: 0,
});

const steps = (checks: RelayCheck[], state: RelayState["state"] = "linked") => allSteps({ checks, state });

describe("allSteps", () => {
  it("shows every step before the first test; of the link it is known how it stands", () => {
    expect(steps([]).map(({ code, state, seen }) => `${code} ${state} ${seen}`)).toEqual(
      checkCodes.map((code) => (code === "link" ? "link ok true" : `${code} unknown false`)),
    );
  });
  it("keeps the order of the way, with one line for each page and later steps last", () => {
    const all = steps([
      check("test_lead", "ok"),
      check("page_subscription", "ok", "Casas"),
      check("something_new", "warn"),
      check("page_subscription", "missing", "Terrenos"),
      check("link", "ok"),
    ]);
    expect(all.map(({ code, page }) => `${code} ${page}`.trim())).toEqual([
      "link",
      "app_subscription",
      "page_subscription Casas",
      "page_subscription Terrenos",
      "lead_access",
      "app_live",
      "test_lead",
      "something_new",
    ]);
  });
});

describe("verdict", () => {
  const green = checkCodes.map((code) => check(code, "ok"));
  it("says that all is well only when every step is green", () => {
    expect(verdict(steps(green), true)).toBe("allWell");
    expect(verdict(steps([...green.filter(({ code }) => code !== "app_live")]), true)).toBe("soFar");
    expect(verdict(steps([]), false)).toBe("hint");
    expect(verdict(steps([check("lead_access", "warn")]), true)).toBe("toFix");
  });
  it("does not call well what was green before the relay went away", () => {
    expect(verdict(steps(green, "offline"), true)).toBe("toFix");
    expect(verdict(steps(green, "connecting"), true)).toBe("soFar");
  });
});

describe("unfinished", () => {
  it("finds what the draft leaves to be filled in, and nothing else in brackets", () => {
    const draft = "Escribe a [correo] o ve a [domicilio], a [domicilio].";
    expect(unfinished(draft, draft)).toEqual(["[correo]", "[domicilio]"]);
    expect(unfinished("Escribe a ana@example.com [sic] o ve a [domicilio].", draft)).toEqual(["[domicilio]"]);
  });
});

describe("levels", () => {
  it("draws what is missing, and a refusal, as bad", () => {
    expect(checkLevel(check("link", "missing"))).toBe("bad");
    expect(stateLevel("refused")).toBe("bad");
  });
  it("draws a relay that is away as worth a look, not as broken: leads still come", () =>
    expect(stateLevel("offline")).toBe("warn"));
});

describe("sentences", () => {
  const exists = (key: string) =>
    ["es-MX", "en"].filter((lng) => !i18n.exists(key, { ns: "relay", lng, fallbackLng: [] }));
  it.each(checkCodes)("%s has a title, a way to fix it and a word for unknown", (code) => {
    for (const key of [`check.${code}.title`, `check.${code}.fix`, `check.unknown.${code}`]) {
      expect(exists(key), key).toEqual([]);
    }
  });
  it.each(["check.hint", "check.soFar", "check.allWell", "check.unknown.unseen", "check.unknown.noPage"])(
    "%s is there",
    (key) => expect(exists(key)).toEqual([]),
  );
  it.each([...problemCodes, "other"])("problem %s has a sentence", (code) =>
    expect(exists(`problem.${code}`)).toEqual([]),
  );
  it("has words for what a later version says", () => {
    expect(problemWord("something_new")).toBe("other");
    expect(knownCheck("something_new")).toBeUndefined();
  });
});

describe("paragraphs", () => {
  it("begins one at a blank line and drops empty ones", () =>
    expect(paragraphs("Uno\nsigue\n\n \n\nDos\n")).toEqual(["Uno\nsigue", "Dos"]));
});

describe("minutesOff", () => {
  it("says nothing of less than two minutes", () => expect(minutesOff(-80_000)).toBe(0));
  it("counts minutes either way", () => expect(minutesOff(-300_000)).toBe(5));
});
