import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "@/shared/api/me";
import { useSession } from "@/shared/api/session";
import type { Reminder } from "@/shared/api/types";
import { host } from "@/shared/host/current";
import type { NoticeReply } from "@/shared/host/host";
import { asksHow } from "@/shared/prospect/endings";
import { useWord } from "@/shared/prospect/use-word";
import { showDone } from "@/shared/ui/undo-toast";
import { claimUnannounced } from "./announced";
import { askHow } from "./asked-store";
import { noticeOf } from "./notice";
import { finish, snooze, useDueReminders, useReminderAct } from "./reminder-queries";
import { useAway } from "./use-away";

/**
 * Announces each reminder once when it comes due; several that were missed, as after a night's sleep, in one
 * notification. Where the system shows none, a toast says it. Draws nothing.
 */
export function ReminderNotices() {
  const { t } = useTranslation("reminders");
  const word = useWord();
  const { user, preferences } = useMe();
  const { locked } = useSession();
  const due = useDueReminders();
  useAway();
  useNoticeButtons(due);
  useEffect(() => {
    const isShown = host.notices() === "on";
    if (!isShown && locked) return; // a toast would wait behind the lock unseen
    const [first, ...rest] = claimUnannounced(due, user.id, localStorage, Date.now());
    if (first === undefined) return;
    const words = {
      one: (kind: string) => t("notice.one", { what: word("kind", kind) }),
      first: t("notice.first"),
      done: t("done"),
      later: t("notice.later"),
      many: (count: number) => t("notice.many", { count }),
      hidden: t("notice.hidden"),
      nameless: t("nameless"),
    };
    const toast = () => {
      const { title, body } = noticeOf([first, ...rest], words, false);
      showDone(`${title}. ${body}`);
    };
    // Behind the lock nobody is named, whatever the person wants in front of it.
    if (isShown)
      host.notify(noticeOf([first, ...rest], words, preferences.hide_names || locked)).catch(toast);
    else toast();
  }, [due, user.id, preferences.hide_names, locked, t, word]);
  return null;
}

/** How long the button of a notification puts a reminder off, in ms. */
const later = 10 * 60_000;

/** Carries out what was pressed on a notification, as if it had been pressed here: what has results asks how it went. Behind the lock it says that it could not. */
function useNoticeButtons(due: readonly Reminder[]): void {
  const { t } = useTranslation("reminders");
  const word = useWord();
  const { mutate } = useReminderAct();
  const act = ({ action, reminderId }: NoticeReply) => {
    const reminder = due.find(({ id }) => id === reminderId);
    if (reminder === undefined) return; // it has been dealt with meanwhile
    if (action === "done" && asksHow(reminder.kind)) {
      host.raise();
      askHow(reminder.id);
      return;
    }
    if (action === "done") {
      const message = t("finished", { what: word("kind", reminder.kind) });
      mutate({ reminders: [reminder], message, send: () => finish(reminder) });
      return;
    }
    const until = new Date(Date.now() + later);
    mutate({ reminders: [reminder], message: t("snoozed"), send: () => snooze([reminder], until) });
  };
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => host.onNotice((reply) => latest.current(reply)), []);
}
