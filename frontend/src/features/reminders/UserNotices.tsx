import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "@/shared/api/me";
import { useSession } from "@/shared/api/session";
import { host } from "@/shared/host/current";
import { showDone } from "@/shared/ui/undo-toast";
import { claimUnannounced } from "./announced";
import { useUserNotices } from "./user-notice-queries";
import { useUserNoticeText } from "./user-notice-text";

/** How old a notice may be to be announced, in ms; an older one waits in the bell, which has counted it. */
const fresh = 15 * 60_000;

/**
 * Announces each notice once; several that came together in one notification. Where the system shows none, a toast says it. Draws
 * nothing.
 */
export function UserNotices() {
  const { t } = useTranslation("reminders");
  const { user, preferences } = useMe();
  const { locked } = useSession();
  const { items } = useUserNotices();
  const text = useUserNoticeText();
  useEffect(() => {
    const isShown = host.notices() === "on";
    if (!isShown && locked) return;
    const unread = items
      .filter(({ is_read, at }) => !is_read && Date.now() - Date.parse(at) < fresh)
      .map((notice) => ({ ...notice, remind_at: notice.at }));
    const [first, ...rest] = claimUnannounced(unread, user.id, localStorage, Date.now());
    if (first === undefined) return;
    const { title, sentence } = text(first);
    const one = { title, body: sentence };
    const several = { title: t("told.count", { count: rest.length + 1 }), body: sentence };
    const told = rest.length === 0 ? one : several;
    const toast = () => showDone(`${told.title}. ${told.body}`);
    if (!isShown) return toast();
    const body = preferences.hide_names || locked ? t("notice.hidden") : told.body;
    const prospect = rest.length === 0 && first.prospect_id !== "" ? { prospectId: first.prospect_id } : {};
    host.notify({ title: told.title, body, ...prospect }).catch(toast);
  }, [items, user.id, preferences.hide_names, locked, t, text]);
  return null;
}
