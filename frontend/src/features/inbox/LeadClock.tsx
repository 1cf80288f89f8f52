import { useTranslation } from "react-i18next";
import type { InboxCard, OfficeNow } from "@/shared/api/types";
import { ageParts, minutesSince } from "@/shared/lib/dates";
import { Age } from "@/shared/ui/Age";
import { useNow } from "@/shared/ui/use-now";
import classes from "./LeadClock.module.css";
import { officeWait } from "./lead-clock";

/**
 * For how long somebody has waited: since the form was sent, in colour, and beside it in the office's hours where that is less.
 * Resting on it tells how long ago it was received, too.
 */
export function LeadClock({ card, office }: { card: InboxCard; office: OfficeNow | null }) {
  const { t } = useTranslation("inbox");
  const { t: common } = useTranslation();
  const now = useNow();
  const { lead_at, received_at, response } = card;
  if (response === null) return <Age since={lead_at} />;
  const time = (minutes: number) => {
    const { value, unit } = ageParts(minutes);
    return common(`age.${unit}`, { value });
  };
  const since = (at: string) => time(minutesSince(new Date(at), new Date(now)));
  const hours = office === null ? null : officeWait({ lead_at, response }, office, now);
  const inHours = hours === null ? "" : time(Math.floor(hours.lead / 60));
  const receipt = since(received_at);
  const more = [
    inHours !== "" && t("clock.inHours", { time: inHours }),
    t("clock.sinceReceipt", {
      time:
        hours === null
          ? receipt
          : t("clock.both", { time: receipt, hours: time(Math.floor(hours.receipt / 60)) }),
    }),
  ];
  return (
    <span className={classes.clock}>
      {inHours !== "" && inHours !== since(lead_at) && (
        <span className={classes.hours} aria-hidden>
          {t("clock.hours", { time: inHours })}
        </span>
      )}
      <Age since={lead_at} more={more.filter(Boolean).join(" ")} />
    </span>
  );
}
