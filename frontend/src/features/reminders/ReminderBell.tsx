import { Popover, Tooltip } from "@mantine/core";
import { IconBell } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useShortcuts } from "@/shared/lib/keyboard";
import { formatCount } from "@/shared/lib/text";
import classes from "./ReminderBell.module.css";
import { ReminderItem } from "./ReminderItem";
import { useDueReminders } from "./reminder-queries";

/** What is due, always in view as a bell with a count; pressing it, or G R, opens the list. */
export function ReminderBell() {
  const { t } = useTranslation("reminders");
  const [opened, setOpened] = useState(false);
  const due = useDueReminders();
  useShortcuts({ "g r": () => setOpened(true) });
  const label = due.length === 0 ? t("none") : t("count", { count: due.length });
  const close = () => setOpened(false);
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="bottom-end"
      width={400}
      trapFocus
      returnFocus
      withinPortal
      transitionProps={{ duration: 0 }}
    >
      <Popover.Target>
        <Tooltip label={t("title")} disabled={opened}>
          <button
            type="button"
            className={classes.bell}
            data-due={due.length > 0}
            aria-label={label}
            aria-haspopup="dialog"
            aria-expanded={opened}
            onClick={() => setOpened(!opened)}
          >
            <IconBell size={18} stroke={1.6} aria-hidden />
            {due.length > 0 && <span className={classes.count}>{formatCount(due.length)}</span>}
          </button>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown className={classes.list} aria-label={t("title")}>
        <h2 className={classes.title}>{t("title")}</h2>
        {due.length === 0 ? (
          // Focusable, so that the open list has a place for the keyboard.
          // biome-ignore lint/a11y/noNoninteractiveTabindex: as above
          <p className={classes.none} tabIndex={0}>
            {t("empty")}
          </p>
        ) : (
          <ul className={classes.items}>
            {due.map((reminder) => (
              <ReminderItem key={reminder.id} reminder={reminder} onOpen={close} />
            ))}
          </ul>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
