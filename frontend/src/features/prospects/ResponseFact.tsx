import { useTranslation } from "react-i18next";
import type { Prospect } from "@/shared/api/types";
import { ageParts } from "@/shared/lib/dates";
import { Age } from "@/shared/ui/Age";
import facts from "@/shared/ui/fact-column.module.css";

/**
 * How soon the lead was responded to, or for how long it has waited: since the form was sent, in colour, and under it in the
 * office's hours and since the lead reached the office.
 */
export function ResponseFact({ prospect }: { prospect: Prospect }) {
  const { t } = useTranslation("prospects");
  const { t: common } = useTranslation();
  const { response, lead_at, attended_at } = prospect;
  if (attended_at === null && response === null) return null;
  const time = (seconds: number) => {
    const { value, unit } = ageParts(Math.floor(seconds / 60));
    return common(`age.${unit}`, { value });
  };
  return (
    <div>
      <dt>{t(attended_at === null ? "facts.waited" : "facts.firstContact")}</dt>
      <dd>
        <Age since={lead_at} until={attended_at} />
        {response?.has_hours && (
          <p className={facts.note}>{t("facts.inHours", { time: time(response.lead_hours) })}</p>
        )}
        {response !== null && (
          <p className={facts.note}>
            {t("facts.sinceReceipt", {
              time: response.has_hours
                ? t("facts.both", { time: time(response.receipt), hours: time(response.receipt_hours) })
                : time(response.receipt),
            })}
          </p>
        )}
      </dd>
    </div>
  );
}
