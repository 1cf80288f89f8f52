import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "@/shared/api/me";
import { useSession } from "@/shared/api/session";
import { host } from "@/shared/host/current";
import { useWord } from "@/shared/prospect/use-word";
import { showDone } from "@/shared/ui/undo-toast";
import { claimUnannounced } from "./announced";
import { noticeOf } from "./notice";
import { useDueReminders } from "./reminder-queries";

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
  useEffect(() => {
    const isShown = host.notices() === "on";
    if (!isShown && locked) return; // a toast would wait behind the lock unseen
    const [first, ...rest] = claimUnannounced(due, user.id, localStorage);
    if (first === undefined) return;
    const words = {
      one: (kind: string) => t("notice.one", { what: word("kind", kind) }),
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
