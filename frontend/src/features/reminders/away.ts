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

/** True for what came due in that time. */
export function isMissed({ remind_at }: { remind_at: string }, away: Away): boolean {
  const at = Date.parse(remind_at);
  return at > away.from && at <= away.to;
}
