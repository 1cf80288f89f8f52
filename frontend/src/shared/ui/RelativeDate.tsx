import { useTranslation } from "react-i18next";
import { fullDate, type Language, parseDay, relativeDate } from "@/shared/lib/dates";
import { useNow } from "./use-now";

type RelativeDateProps =
  /** An instant, RFC 3339. */
  | { at: string; on?: never; dayOnly?: boolean }
  /** A day without a time, `YYYY-MM-DD`. */
  | { on: string; at?: never; dayOnly?: never };

/** "hoy 17:00", "mañana", "mar 24 nov"; the whole date on hover. */
export function RelativeDate({ at, on, dayOnly = false }: RelativeDateProps) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const language: Language = i18n.language === "en" ? "en" : "es-MX";
  const date = on === undefined ? new Date(at) : parseDay(on);
  const withTime = on === undefined && !dayOnly;
  const words = { today: t("day.today"), tomorrow: t("day.tomorrow"), yesterday: t("day.yesterday") };
  return (
    <time dateTime={on ?? at} title={fullDate(date, language, on === undefined)}>
      {relativeDate(date, new Date(now), words, language, withTime)}
    </time>
  );
}
