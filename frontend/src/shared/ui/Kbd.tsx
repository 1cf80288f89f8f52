import { useTranslation } from "react-i18next";
import classes from "./Kbd.module.css";

/** Keys that are called by a word of the person's language. */
const words = {
  Space: "keys.space",
  Home: "keys.home",
  End: "keys.end",
  PageUp: "keys.pageUp",
  PageDown: "keys.pageDown",
} as const;

const isNamed = (key: string): key is keyof typeof words => key in words;

const isMac = /Mac|iPhone|iPad/.test(globalThis.navigator?.userAgent ?? "");

/** One key or several pressed together. "Mod" is ⌘ on a Mac and Ctrl elsewhere. */
export function Kbd({ keys }: { keys: readonly string[] }) {
  const { t } = useTranslation();
  return (
    <span className={classes.keys}>
      {keys.map((key) => (
        <kbd key={key} className={classes.key}>
          {key === "Mod" ? (isMac ? "⌘" : "Ctrl") : isNamed(key) ? t(words[key]) : key}
        </kbd>
      ))}
    </span>
  );
}
