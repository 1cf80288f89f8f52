import type { Reminder } from "@/shared/api/types";

/** The part of a reminder that decides when it is due. */
type Timed = Pick<Reminder, "id" | "remind_at">;

/** Those whose time has come, oldest first; the rest wait. */
export function dueAt<R extends Timed>(reminders: readonly R[], now: number): R[] {
  return reminders
    .filter(({ remind_at }) => Date.parse(remind_at) <= now)
    .sort((a, b) => Date.parse(a.remind_at) - Date.parse(b.remind_at));
}

/** How long the page looks away at most, in ms: a computer that slept is noticed this soon. */
export const longestLook = 30_000;

/** How long until the next one is due, in ms, or until it is time to look again. */
export function untilNext(reminders: readonly Timed[], now: number): number {
  const waits = reminders.map(({ remind_at }) => Date.parse(remind_at) - now).filter((wait) => wait > 0);
  return Math.min(longestLook, ...waits);
}

/** Ways to be told again later. */
export const snoozes = ["minutes15", "hour", "tomorrow"] as const;
export type Snooze = (typeof snoozes)[number];

/** When a snoozed reminder comes back; tomorrow is nine in the morning of local time. */
export function snoozeUntil(snooze: Snooze, now: Date): Date {
  switch (snooze) {
    case "minutes15":
      return new Date(now.getTime() + 15 * 60_000);
    case "hour":
      return new Date(now.getTime() + 60 * 60_000);
    case "tomorrow":
      return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 9);
  }
}
