import { useTranslation } from "react-i18next";
import { speak } from "@/locales/i18n";
import classes from "./LanguageSwitch.module.css";

/** Offers the other language, in its own words, to someone who is not signed in yet. */
export function LanguageSwitch() {
  const { i18n } = useTranslation();
  const other = i18n.language === "en" ? "es-MX" : "en";
  return (
    <button type="button" lang={other} className={classes.language} onClick={() => speak(other)}>
      {other === "en" ? "English" : "Español"}
    </button>
  );
}
