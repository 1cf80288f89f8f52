import { daysBetween } from "@/shared/lib/dates";

/** When something is to be done: at an instant (RFC 3339) or on a day (`YYYY-MM-DD`), never both. */
export type When = { due_at: string; due_on?: never } | { due_on: string; due_at?: never };

/** Moments people choose all day long. */
export type PresetName = "minutes10" | "hour" | "today17" | "tomorrow9" | "monday9";

/** One moment to choose. */
export type Preset = { name: PresetName; at: Date };

/** The day `days` after today, at this hour of local time. */
function atHour(now: Date, days: number, hour: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
}

/** Days until the next Monday, never today. */
function daysToMonday(now: Date): number {
  return (8 - now.getDay()) % 7 || 7;
}

/** The presets that make sense now: none in the past, and no Monday when that is tomorrow. */
export function whenPresets(now: Date): Preset[] {
  const all: Preset[] = [
    { name: "minutes10", at: new Date(now.getTime() + 10 * 60_000) },
    { name: "hour", at: new Date(now.getTime() + 60 * 60_000) },
    { name: "today17", at: atHour(now, 0, 17) },
    { name: "tomorrow9", at: atHour(now, 1, 9) },
    { name: "monday9", at: atHour(now, daysToMonday(now), 9) },
  ];
  return all.filter(
    ({ name, at }) => at.getTime() > now.getTime() && (name !== "monday9" || daysBetween(now, at) > 1),
  );
}

/** An instant as the API takes it. */
export function atInstant(at: Date): When {
  return { due_at: at.toISOString() };
}

/** The fields the API takes: with an instant the person is also told then; a day alone reminds nobody. */
export function dueFields(when: When): { due_at?: string; due_on?: string; remind_at?: string } {
  return when.due_at === undefined
    ? { due_on: when.due_on }
    : { due_at: when.due_at, remind_at: when.due_at };
}
