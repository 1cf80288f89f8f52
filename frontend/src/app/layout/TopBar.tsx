import { IconSearch } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { ReminderBell } from "@/features/reminders/ReminderBell";
import { Kbd } from "@/shared/ui/Kbd";
import { openPalette } from "./Palette";
import classes from "./TopBar.module.css";

/** The search field at the top, which is the palette, and what is due. */
export function TopBar() {
  const { t } = useTranslation();
  return (
    <div className={classes.bar}>
      <button type="button" className={classes.search} onClick={openPalette} aria-haspopup="dialog">
        <IconSearch size={16} aria-hidden />
        <span className={classes.words}>{t("palette.field")}</span>
        <Kbd keys={["Mod", "K"]} />
      </button>
      <ReminderBell />
    </div>
  );
}
