import { describe, expect, it } from "vitest";
import { checkPhone } from "./phone-check";

describe("checkPhone", () => {
  it.each([
    { raw: "", state: "empty" },
    { raw: "55 5555", state: "incomplete" },
    { raw: "4455 1234", state: "incomplete" },
    { raw: "1 555 123 4567", state: "ambiguous" },
    { raw: "hola", state: "invalid" },
    { raw: "tel. no tengo", state: "invalid" },
    { raw: "casa", state: "invalid" },
    { raw: "casa 4455 1234", state: "incomplete" },
    { raw: "5555555555", state: "invalid" },
    { raw: "2345678901", state: "invalid" },
    { raw: "+34 12", state: "invalid" },
    { raw: "155 1234 5678 90", state: "invalid" },
  ])("$raw is $state", ({ raw, state }) => expect(checkPhone(raw).state).toBe(state));

  it.each([
    "55 1234 5670",
    "+52 55 1234 5670",
    "+52 1 55 1234 5670",
    "044 55 1234 5670",
    "01 (55) 1234-5670",
    "tel. 55 1234 5670",
    "Cel: 5512345670",
    "55 1234 5670 (casa)",
    "55 1234 5670 ext",
    "Tel. oficina: 55 1234 5670 ext. 12",
  ])("%s is one number", (raw) =>
    expect(checkPhone(raw)).toEqual({ state: "ok", e164: "+525512345670", national: "55 1234 5670" }),
  );

  it("leaves other countries alone", () => {
    expect(checkPhone("+1 305 555 0142")).toMatchObject({ state: "ok", e164: "+13055550142" });
  });
});
