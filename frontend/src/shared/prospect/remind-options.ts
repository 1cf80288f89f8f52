import { parseDay } from "@/shared/lib/dates";

/** When to be told of something planned, from the latest to the earliest; "morning" is nine o'clock of a day without a time. */
export type RemindName = "at" | "minutes10" | "hour" | "day" | "morning" | "never";

const before: Partial<Record<RemindName, number>> = { at: 0, minutes10: 10, hour: 60, day: 24 * 60 };

/** When a choice would remind; `null` for never. */
function instantOf(name: RemindName, due: Date | null, day: string): Date | null {
  if (name === "never") return null;
  if (due === null) {
    const at = parseDay(day);
    return name === "morning" ? new Date(at.getFullYear(), at.getMonth(), at.getDate(), 9) : null;
  }
  const minutes = before[name];
  return minutes === undefined ? null : new Date(due.getTime() - minutes * 60_000);
}

/** The choices for something due then, or on that day: those that have passed are not offered. */
export function remindOptions(due: Date | null, day: string, now: Date): RemindName[] {
  const names: RemindName[] = due === null ? ["morning"] : ["at", "minutes10", "hour", "day"];
  const ahead = names.filter((name) => {
    const at = instantOf(name, due, day);
    return at !== null && at.getTime() > now.getTime();
  });
  return [...ahead, "never"];
}

/** The field the API takes. */
export function remindAt(name: RemindName, due: Date | null, day: string): { remind_at?: string } {
  const at = instantOf(name, due, day);
  return at === null ? {} : { remind_at: at.toISOString() };
}
