import { Button, Checkbox } from "@mantine/core";
import { IconBellZ, IconCalendarTime, IconCheck, IconPhone } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Reminder } from "@/shared/api/types";
import { daysBetween, parseDay } from "@/shared/lib/dates";
import { Endings } from "@/shared/prospect/Endings";
import { asksHow } from "@/shared/prospect/endings";
import { useWord } from "@/shared/prospect/use-word";
import { WhenPicker } from "@/shared/prospect/WhenPicker";
import type { When } from "@/shared/prospect/when-presets";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import { useNow } from "@/shared/ui/use-now";
import { forgetAsked } from "./asked-store";
import { firstContact } from "./due";
import classes from "./ReminderBell.module.css";
import { finish, move, snooze, useReminderAct } from "./reminder-queries";
import { remindingAt } from "./reminding";

/** The item goes away with what was pressed in it; the keyboard moves on to the next one, or stays in the list. */
function handOn(pressed: HTMLElement | null): void {
  const item = pressed?.closest("li");
  const heir = item?.nextElementSibling ?? item?.previousElementSibling;
  const place = heir?.querySelector("button") ?? item?.closest<HTMLElement>('[role="dialog"]');
  place?.focus();
}

type ReminderItemProps = {
  reminder: Reminder;
  onOpen: () => void;
  /** Its end was told from a notification, which could not ask how it went. */
  asked: boolean;
  /** Chosen for doing something with several at once. */
  chosen: boolean;
  onChoose: (chosen: boolean) => void;
};

/** One due reminder: with whom, what, since when, and what to do about it. */
export function ReminderItem({ reminder, onOpen, asked, chosen, onChoose }: ReminderItemProps) {
  const { t } = useTranslation("reminders");
  const word = useWord();
  const { mutate } = useReminderAct();
  const explanation = useId();
  const [asking, setAsking] = useState<"done" | "later" | "move" | null>(null);
  useEffect(() => {
    if (asked) setAsking("done");
  }, [asked]);
  const { body, due_at, due_on, kind, prospect_id, prospect_name, remind_at } = reminder;
  const name = prospect_name === "" ? t("nameless") : prospect_name;
  const waits = kind === firstContact;
  const what = waits ? t("first.what") : word("kind", kind);
  const since = due_on === null ? new Date(due_at ?? remind_at) : parseDay(due_on);
  const isLate = daysBetween(new Date(useNow()), since) < 0;
  const pick = (when: When) => {
    const pressed = document.activeElement;
    handOn(pressed instanceof HTMLElement ? pressed : null);
    if (asking === "later") {
      const until = remindingAt(when);
      mutate({ reminders: [reminder], message: t("snoozed"), send: () => snooze([reminder], until) });
    } else {
      mutate({ reminders: [reminder], message: t("moved"), send: () => move(reminder, when) });
    }
    setAsking(null);
  };
  const end = (pressed: HTMLElement | null, result?: string, when?: When) => {
    handOn(pressed);
    if (asked) forgetAsked();
    mutate({
      reminders: [reminder],
      message: t("finished", { what }),
      send: () => finish(reminder, result, when),
    });
    setAsking(null);
  };
  const toggle = (next: "done" | "later" | "move") => setAsking(asking === next ? null : next);
  return (
    <li className={classes.item}>
      <div className={classes.line}>
        <Checkbox
          size="xs"
          checked={chosen}
          aria-label={t("choose", { what, name })}
          onChange={({ currentTarget }) => onChoose(currentTarget.checked)}
        />
        <Link to="/prospectos/$id" params={{ id: prospect_id }} className={classes.name} onClick={onOpen}>
          {name}
        </Link>
        <span className={classes.when} data-late={isLate}>
          {due_on === null ? <RelativeDate at={due_at ?? remind_at} /> : <RelativeDate on={due_on} />}
        </span>
      </div>
      <p className={classes.what}>{body === "" ? what : `${what}: ${body}`}</p>
      <div className={classes.actions}>
        {waits ? (
          <Button
            size="compact-sm"
            variant="light"
            leftSection={<IconPhone size={14} stroke={1.6} aria-hidden />}
            aria-label={t("first.attendOf", { name })}
            renderRoot={(props) => (
              <Link to="/prospectos/$id" params={{ id: prospect_id }} {...props} onClick={onOpen} />
            )}
          >
            {t("first.attend")}
          </Button>
        ) : (
          <Button
            size="compact-sm"
            variant="light"
            leftSection={<IconCheck size={14} stroke={2} aria-hidden />}
            aria-label={t("doneOf", { what, name })}
            aria-expanded={asksHow(kind) ? asking === "done" : undefined}
            onClick={({ currentTarget }) => (asksHow(kind) ? toggle("done") : end(currentTarget))}
          >
            {t("done")}
          </Button>
        )}
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconBellZ size={14} stroke={1.6} aria-hidden />}
          aria-label={t("snoozeOf", { name })}
          aria-expanded={asking === "later"}
          title={t(waits ? "first.snoozeHint" : "snoozeHint")}
          onClick={() => toggle("later")}
        >
          {t("snooze")}
        </Button>
        {!waits && (
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<IconCalendarTime size={14} stroke={1.6} aria-hidden />}
            aria-label={t("moveOf", { name })}
            aria-expanded={asking === "move"}
            title={t("moveHint")}
            onClick={() => toggle("move")}
          >
            {t("move")}
          </Button>
        )}
      </div>
      {asking === "done" && (
        <div className={classes.ask}>
          <p className={classes.hint}>{t("how")}</p>
          <Endings
            kind={kind}
            onPick={(result, when) => {
              const pressed = document.activeElement;
              end(pressed instanceof HTMLElement ? pressed : null, result, when);
            }}
          />
        </div>
      )}
      {(asking === "later" || asking === "move") && (
        <div className={classes.ask}>
          <p id={explanation} className={classes.hint}>
            {t(asking === "move" ? "moveHint" : waits ? "first.snoozeHint" : "snoozeHint")}
          </p>
          <WhenPicker
            nested
            label={t(asking === "later" ? "snoozeWhen" : "moveWhen", { name })}
            onPick={pick}
          />
        </div>
      )}
    </li>
  );
}
