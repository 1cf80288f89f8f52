import { useTranslation } from "react-i18next";
import { useMe } from "@/shared/api/me";
import { useSession } from "@/shared/api/session";
import { host } from "@/shared/host/current";
import { useHostEvent } from "@/shared/host/event-bus";
import { formatPhone } from "@/shared/lib/phones";

/**
 * Announces new leads of the signed-in person, and all of them to administrators. Only in the browser: the
 * window's program announces its own, even while the page sleeps. Draws nothing.
 */
export function LeadNotices() {
  const { t } = useTranslation("inbox");
  const { user, preferences } = useMe();
  const { locked } = useSession();
  useHostEvent((event) => {
    if (event.type !== "lead" || host.surface === "window") return;
    if (event.state !== "registered" && event.state !== "linked") return;
    if (user.role !== "admin" && event.seller_id !== user.id) return;
    const title = event.state === "linked" ? t("notice.again") : t("notice.new");
    const who = event.name === "" ? formatPhone(event.phone) : event.name;
    // Behind the lock nobody is named.
    const body =
      preferences.hide_names || locked
        ? t("notice.hidden")
        : [who, event.form_name].filter(Boolean).join(" · ");
    void host.notify({ title, body, prospectId: event.prospect_id });
  });
  return null;
}
