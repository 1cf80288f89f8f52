import { Button } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Reminder } from "@/shared/api/types";
import { daysBetween, parseDay } from "@/shared/lib/dates";
import { useWord } from "@/shared/prospect/use-word";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import { useNow } from "@/shared/ui/use-now";
import { type Snooze, snoozes, snoozeUntil } from "./due";
import classes from "./ReminderBell.module.css";
import { finish, snooze, useReminderAct } from "./reminder-queries";

/** The item goes away with what was pressed in it; the keyboard moves on to the next one, or stays in the list. */
function handOn(pressed: HTMLElement): void {
  const item = pressed.closest("li");
  const heir = item?.nextElementSibling ?? item?.previousElementSibling;
  const place = heir?.querySelector("button") ?? item?.closest<HTMLElement>('[role="dialog"]');
  place?.focus();
}

/** One due reminder: with whom, what, since when, and what to do about it. */
export function ReminderItem({ reminder, onOpen }: { reminder: Reminder; onOpen: () => void }) {
  const { t } = useTranslation("reminders");
  const word = useWord();
  const { mutate } = useReminderAct();
  const { body, due_at, due_on, kind, prospect_id, prospect_name, remind_at } = reminder;
  const name = prospect_name === "" ? t("nameless") : prospect_name;
  const what = word("kind", kind);
  const since = due_on === null ? new Date(due_at ?? remind_at) : parseDay(due_on);
  const isLate = daysBetween(new Date(useNow()), since) < 0;
  const later = (choice: Snooze) =>
    mutate({
      reminder,
      message: t("snoozed"),
      send: () => snooze(reminder, snoozeUntil(choice, new Date())),
    });
  return (
    <li className={classes.item}>
      <div className={classes.line}>
        <Link to="/prospectos/$id" params={{ id: prospect_id }} className={classes.name} onClick={onOpen}>
          {name}
        </Link>
        <span className={classes.when} data-late={isLate}>
          {due_on === null ? <RelativeDate at={due_at ?? remind_at} /> : <RelativeDate on={due_on} />}
        </span>
      </div>
      <p className={classes.what}>{body === "" ? what : `${what}: ${body}`}</p>
      <div className={classes.actions}>
        <Button
          size="compact-sm"
          variant="light"
          leftSection={<IconCheck size={14} stroke={2} aria-hidden />}
          aria-label={t("doneOf", { what, name })}
          onClick={({ currentTarget }) => {
            handOn(currentTarget);
            mutate({ reminder, message: t("finished", { what }), send: () => finish(reminder) });
          }}
        >
          {t("done")}
        </Button>
        <span className={classes.snooze}>
          {t("snooze")}
          {snoozes.map((choice) => (
            <Button
              key={choice}
              size="compact-sm"
              variant="subtle"
              aria-label={t("snoozeOf", { when: t(`later.${choice}`), name })}
              onClick={({ currentTarget }) => {
                handOn(currentTarget);
                later(choice);
              }}
            >
              {t(`later.${choice}`)}
            </Button>
          ))}
        </span>
      </div>
    </li>
  );
}
