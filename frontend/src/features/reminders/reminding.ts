import { parseDay } from "@/shared/lib/dates";
import type { When } from "@/shared/prospect/when-presets";

/** The hour of the morning at which one is told on a day that was chosen without a time. */
const morning = 9;

/** When to be told: the instant, or nine in the morning of the day. */
export function remindingAt(when: When): Date {
  if (when.due_at !== undefined) return new Date(when.due_at);
  const day = parseDay(when.due_on);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate(), morning);
}
