import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import type { Language } from "@/shared/lib/dates";
import { en, esMX } from "./resources";

const storageKey = "sitegroup.language";

/** The language of the last person on this computer, so that the sign-in screen already speaks it. */
function remembered(): Language {
  return globalThis.localStorage?.getItem(storageKey) === "en" ? "en" : "es-MX";
}

/** The sentences, ready before the first render; both languages are bundled, nothing is fetched. */
export const i18n = i18next.createInstance();

void i18n.use(initReactI18next).init({
  lng: remembered(),
  fallbackLng: "es-MX",
  defaultNS: "common",
  resources: { "es-MX": esMX, en },
  interpolation: { escapeValue: false },
  // A value the sender left out must not show as {{name}}.
  missingInterpolationHandler: () => "…",
  initAsync: false,
});

globalThis.document?.documentElement.setAttribute("lang", remembered());

/** Speaks another language from now on, and at the next start. */
export function speak(language: Language): void {
  globalThis.localStorage?.setItem(storageKey, language);
  globalThis.document?.documentElement.setAttribute("lang", language);
  if (i18n.language !== language) void i18n.changeLanguage(language);
}

/** The language on screen. */
export function currentLanguage(): Language {
  return i18n.language === "en" ? "en" : "es-MX";
}
