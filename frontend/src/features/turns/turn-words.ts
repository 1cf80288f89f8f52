import { currentLanguage } from "@/locales/i18n";
import type { Uncovered } from "@/shared/api/types";
import { parseDay } from "@/shared/lib/dates";

/** "jue 5 nov 2026". */
export function dayText(day: string): string {
  const form = new Intl.DateTimeFormat(currentLanguage(), {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
  });
  return form.format(parseDay(day)).replace(/[.,]/g, "");
}

/** One day, or the first and the last. */
export function daysText({ from, until }: { from: string; until: string }): string {
  return from === until ? dayText(from) : `${dayText(from)} – ${dayText(until)}`;
}

/** Names one after the other, as the language joins them. */
export function listText(
  names: readonly string[],
  type: "conjunction" | "disjunction" = "conjunction",
): string {
  return new Intl.ListFormat(currentLanguage(), { type }).format(names);
}

/** Days on which nobody of a group works; of the whole office, whatever group that is. */
export function uncoveredKey({ group_id, from }: Uncovered): string {
  return `${group_id} ${from}`;
}
