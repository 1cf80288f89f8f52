import { afterEach, describe, expect, it } from "vitest";
import { speak } from "@/locales/i18n";
import { AppError } from "@/shared/api/app-error";
import { errorSentence, faultSentence, fieldError } from "./fault-sentence";

afterEach(() => speak("es-MX"));

describe("faultSentence", () => {
  it("fills in the arguments", () => {
    expect(faultSentence("account.wait", { seconds: 8 })).toBe(
      "Demasiados intentos. Espera 8 segundos y vuelve a probar.",
    );
  });
  it("speaks the language of the person", () => {
    speak("en");
    expect(faultSentence("account.login_taken")).toBe("That user name already exists.");
  });
  it("finds what Meta answers, with dates in words", () => {
    expect(faultSentence("meta.token_expired", { date: "2026-05-03" })).toBe(
      "El token de la conexión con Meta venció el 3 de mayo de 2026. Crea uno nuevo y conecta de nuevo.",
    );
  });
  it("never shows a raw code", () => {
    expect(faultSentence("weather.rainy")).toBe(faultSentence("internal"));
    expect(faultSentence("dragon.not_found")).toBe("Eso ya no existe.");
  });
});

describe("errorSentence", () => {
  it("hides foreign errors", () => expect(errorSentence(new Error("boom"))).toBe(faultSentence("internal")));
});

describe("fieldError", () => {
  const fault = new AppError("input.required", {}, "name", 422);
  it("belongs to its field", () => expect(fieldError(fault, "name")).toBe("Falta este dato."));
  it("is silent elsewhere", () => expect(fieldError(fault, "login")).toBeUndefined());
  it("is silent without a fault", () => expect(fieldError(null, "name")).toBeUndefined());
});
