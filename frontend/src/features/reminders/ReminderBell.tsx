import { Button, Popover, Tooltip } from "@mantine/core";
import { IconBell, IconBellZ } from "@tabler/icons-react";
import { useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "@/shared/api/session";
import type { Reminder } from "@/shared/api/types";
import { isTyping, useShortcuts } from "@/shared/lib/keyboard";
import { formatCount } from "@/shared/lib/text";
import { WhenPicker } from "@/shared/prospect/WhenPicker";
import { countWords, mostCounted } from "@/shared/ui/count";
import { forgetAsked, useAskedHow } from "./asked-store";
import { missedName, useMissed } from "./missed-store";
import classes from "./ReminderBell.module.css";
import { ReminderItem } from "./ReminderItem";
import { snooze, useDueReminders, useReminderAct } from "./reminder-queries";
import { remindingAt } from "./reminding";
import { UserNoticeList } from "./UserNoticeList";
import { useUserNotices } from "./user-notice-queries";

/** How long the lock takes to leave the screen, in ms. */
const unlocking = 250;

/**
 * What is due and what one was told, always in view as a bell with a count; pressing it, or G N, opens the list, and so does coming
 * back to it.
 */
export function ReminderBell() {
  const { t } = useTranslation("reminders");
  const [opened, setOpened] = useState(false);
  const due = useDueReminders();
  const { times } = useMissed();
  useShortcuts({ "g n": () => setOpened(true) });
  const { locked } = useSession();
  const opensFor = useRef(0);
  // After the computer slept the list opens by itself, once the lock is gone, unless it would take the keys from somebody who types.
  // Somebody who has opened it meanwhile has seen it: closed by them, it stays closed.
  useEffect(() => {
    if (opened) opensFor.current = times;
    if (locked || times === opensFor.current) return;
    const timer = setTimeout(() => {
      opensFor.current = times;
      if (!isTyping(document.activeElement)) setOpened(true);
    }, unlocking);
    return () => clearTimeout(timer);
  }, [times, locked, opened]);
  const asked = useAskedHow();
  useEffect(() => {
    if (asked === "" || locked) return;
    const timer = setTimeout(() => setOpened(true), unlocking);
    return () => clearTimeout(timer);
  }, [asked, locked]);
  const { items, unread } = useUserNotices();
  const most = mostCounted.reminders;
  const label = [
    due.length === 0 ? t("none") : t("count", { count: due.length, n: countWords(due.length, most) }),
    ...(unread === 0 ? [] : [t("told.label", { count: unread, n: formatCount(unread) })]),
  ].join(" · ");
  const count = due.length + unread;
  const turn = (open: boolean) => {
    setOpened(open);
    if (!open) forgetAsked();
  };
  const close = () => turn(false);
  return (
    <Popover
      opened={opened}
      onChange={turn}
      position="bottom-end"
      width={440}
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
            data-due={count > 0}
            aria-label={label}
            aria-haspopup="dialog"
            aria-expanded={opened}
            onClick={() => turn(!opened)}
          >
            <IconBell size={18} stroke={1.6} aria-hidden />
            {count > 0 && (
              <span className={classes.count}>
                {due.length < most ? formatCount(count) : `${formatCount(count)}+`}
              </span>
            )}
          </button>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown className={classes.list} aria-label={t("title")}>
        <h2 className={classes.title}>{t("title")}</h2>
        {due.length === 0 && items.length === 0 ? (
          // Focusable, so that the open list has a place for the keyboard.
          // biome-ignore lint/a11y/noNoninteractiveTabindex: as above
          <p className={classes.none} tabIndex={0}>
            {t("empty")}
          </p>
        ) : (
          <DueList due={due} onOpen={close} />
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

/** What one was told, then what is due, what was missed first; those that are chosen can be put off together. */
function DueList({ due, onOpen }: { due: readonly Reminder[]; onOpen: () => void }) {
  const { t } = useTranslation("reminders");
  const { items } = useUserNotices();
  const { names } = useMissed();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const asked = useAskedHow();
  const group = useId();
  const missed = due.filter((reminder) => names.has(missedName(reminder)));
  const others = due.filter((reminder) => !names.has(missedName(reminder)));
  const item = (reminder: Reminder) => (
    <ReminderItem
      key={reminder.id}
      reminder={reminder}
      onOpen={onOpen}
      asked={reminder.id === asked}
      chosen={chosen.has(reminder.id)}
      onChoose={(on) =>
        setChosen((known) => {
          const next = new Set(known);
          if (on) next.add(reminder.id);
          else next.delete(reminder.id);
          return next;
        })
      }
    />
  );
  return (
    <>
      {due.length > 1 && <Several due={due} chosen={chosen} onChoose={setChosen} />}
      <div className={classes.scroll}>
        <UserNoticeList onOpen={onOpen} />
        {missed.length > 0 && (
          <>
            <h3 className={classes.group} id={group}>
              {t("missed")}
            </h3>
            <ul className={classes.items} aria-labelledby={group}>
              {missed.map(item)}
            </ul>
            {others.length > 0 && <h3 className={classes.group}>{t("others")}</h3>}
          </>
        )}
        {missed.length === 0 && others.length > 0 && items.length > 0 && (
          <h3 className={classes.group}>{t("pending")}</h3>
        )}
        {others.length > 0 && <ul className={classes.items}>{others.map(item)}</ul>}
      </div>
    </>
  );
}

type SeveralProps = {
  due: readonly Reminder[];
  chosen: ReadonlySet<string>;
  onChoose: (chosen: ReadonlySet<string>) => void;
};

/** Puts off several at once: those that are chosen, or all of them. Due times stay. */
function Several({ due, chosen, onChoose }: SeveralProps) {
  const { t } = useTranslation("reminders");
  const { mutate } = useReminderAct();
  const [asking, setAsking] = useState(false);
  const picked = due.filter(({ id }) => chosen.has(id));
  const reminders = picked.length === 0 ? due : picked;
  return (
    <div className={classes.several}>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconBellZ size={14} stroke={1.6} aria-hidden />}
        aria-expanded={asking}
        title={t("snoozeHint")}
        onClick={() => setAsking(!asking)}
      >
        {picked.length === 0 ? t("snoozeAll") : t("snoozeSome", { count: picked.length })}
      </Button>
      {asking && (
        <WhenPicker
          nested
          label={t("snoozeWhenAll")}
          onPick={(when) => {
            setAsking(false);
            onChoose(new Set());
            const until = remindingAt(when);
            mutate({
              reminders,
              message: t("snoozedMany", { count: reminders.length }),
              send: () => snooze(reminders, until),
            });
          }}
        />
      )}
    </div>
  );
}
