import { useTranslation } from "react-i18next";
import classes from "./Kbd.module.css";

const isMac = /Mac|iPhone|iPad/.test(globalThis.navigator?.userAgent ?? "");

/** One key or several pressed together. "Mod" is ⌘ on a Mac and Ctrl elsewhere. */
export function Kbd({ keys }: { keys: readonly string[] }) {
  const { t } = useTranslation();
  return (
    <span className={classes.keys}>
      {keys.map((key) => (
        <kbd key={key} className={classes.key}>
          {key === "Mod" ? (isMac ? "⌘" : "Ctrl") : key === "Space" ? t("keys.space") : key}
        </kbd>
      ))}
    </span>
  );
}
