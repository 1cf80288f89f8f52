import { useTranslation } from "react-i18next";

/** Families of the fixed words that the program sends as codes. */
export type WordFamily = "status" | "kind" | "result" | "source" | "platform";

/** The word for a code; a code this version does not know gives an empty text rather than itself. */
export function useWord(): (family: WordFamily, code: string) => string {
  const { t, i18n } = useTranslation("words");
  return (family, code) => {
    const key = `${family}.${code}`;
    return i18n.exists(key, { ns: "words" }) ? t(key as never) : "";
  };
}
