import { toldBy } from "./due";

/** Where it is remembered when the program was last awake: on this computer, beyond the life of the page. */
type Memory = Pick<Storage, "getItem" | "setItem">;

/** How long nothing may be heard of the program before it counts as away, in ms; it says that it is awake twice as often. */
const longestSilence = 90_000;

const storageKey = (userId: string) => `sitegroup.awake.${userId}`;

/** A time in which nobody could be told of anything: the program was closed, or the computer slept. Milliseconds since 1970. */
export type Away = { from: number; to: number };

/**
 * Notes that the program is awake, and answers the time it was not. A clock that was set forward looks like sleep, and what came
 * due in the leap is told like what was slept through; one that was set back is no absence.
 */
export function noteAwake(now: number, userId: string, memory: Memory): Away | null {
  const last = Number(memory.getItem(storageKey(userId)) ?? "0");
  memory.setItem(storageKey(userId), String(now));
  if (!Number.isFinite(last) || last <= 0 || now - last <= longestSilence) return null;
  return { from: last, to: now };
}

/** The part of a reminder that decides when it is told of. */
type Timed = { id: string; remind_at: string; again_at: string | null };

/**
 * What came due in that time, each as it is told by its end. What somebody was told of before is none of it: a clock that was wrong
 * and is right again looks like an absence too. What was told of just now, by this page that has woken, is.
 */
export function missedIn<R extends Timed>(
  reminders: readonly R[],
  away: Away,
  toldAt: (reminder: R) => number | undefined,
): R[] {
  return reminders
    .map((reminder) => toldBy(reminder, away.to))
    .filter((reminder) => {
      const at = Date.parse(reminder.remind_at);
      const told = toldAt(reminder);
      return (
        at > away.from && at <= away.to && (told === undefined || Math.abs(told - away.to) < longestSilence)
      );
    });
}
