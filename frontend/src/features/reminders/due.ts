import type { Reminder } from "@/shared/api/types";

/** The part of a reminder that decides when it is due. */
type Timed = Pick<Reminder, "id" | "remind_at">;

/** The kind of a reminder that no activity stands behind: nobody has tried to reach the person yet. */
export const firstContact = "first_contact";

/** Those whose time has come, or that were told of before the clock was set back; the oldest first. The rest wait. */
export function dueAt<R extends Timed>(
  reminders: readonly R[],
  now: number,
  wasTold: (reminder: R) => boolean = () => false,
): R[] {
  return reminders
    .filter((reminder) => Date.parse(reminder.remind_at) <= now || wasTold(reminder))
    .sort((a, b) => Date.parse(a.remind_at) - Date.parse(b.remind_at));
}

/** A reminder as it is told by now: one that is told twice is another at its second time. */
export function toldBy<R extends Timed & { again_at: string | null }>(reminder: R, now: number): R {
  const { again_at } = reminder;
  if (again_at === null || Date.parse(again_at) > now) return reminder;
  return { ...reminder, remind_at: again_at, again_at: null };
}

/** How long the page looks away at most, in ms: a computer that slept is noticed this soon. */
export const longestLook = 30_000;

/** How long until the next one is due, in ms, or until it is time to look again. */
export function untilNext(reminders: readonly Timed[], now: number): number {
  const waits = reminders.map(({ remind_at }) => Date.parse(remind_at) - now).filter((wait) => wait > 0);
  return Math.min(longestLook, ...waits);
}
