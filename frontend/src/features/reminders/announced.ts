import type { Reminder } from "@/shared/api/types";

type Timed = Pick<Reminder, "id" | "remind_at">;

/** Where what was announced is remembered: on this computer, beyond the life of the page. */
type Memory = Pick<Storage, "getItem" | "setItem">;

/** How many are remembered for one person; older ones have long been done or moved. */
const depth = 500;

/** Each person's memory is called after them. */
export const announcedPrefix = "sitegroup.announced.";

const storageKey = (userId: string) => announcedPrefix + userId;

/** One moved to another time is announced at that time again. */
const nameOf = ({ id, remind_at }: Timed) => `${id} ${remind_at}`;

/** What is remembered of one that was told of: its name, and after a space the clock's time at which it was told, in ms. */
const isOf = (line: string, reminder: Timed) => {
  const name = nameOf(reminder);
  return line === name || line.startsWith(`${name} `);
};

function read(memory: Memory, userId: string): string[] {
  try {
    const known: unknown = JSON.parse(memory.getItem(storageKey(userId)) ?? "[]");
    return Array.isArray(known) ? known.map(String) : [];
  } catch {
    return [];
  }
}

/** True when this person was told of it at this time. It stays due then, also when the clock has been set back since. */
export function wasAnnounced(reminder: Timed, userId: string, memory: Memory): boolean {
  return read(memory, userId).some((line) => isOf(line, reminder));
}

/** When this person was told of it, by the clock of then, in ms; `undefined` when they were not. */
export function announcedAt(reminder: Timed, userId: string, memory: Memory): number | undefined {
  const line = read(memory, userId).find((known) => isOf(known, reminder));
  return line === undefined ? undefined : Number(line.split(" ")[2] ?? 0);
}

/** The latest time of what was told of, in ms; 0 for nothing. A clock that was set back hides none of it. */
export function latestAnnounced(userId: string, memory: Memory): number {
  const times = read(memory, userId).map((name) => Date.parse(name.split(" ")[1] ?? ""));
  return Math.max(0, ...times.filter(Number.isFinite));
}

/** The due reminders that nobody was told of yet. They count as told from now on, in every page of this computer. */
export function claimUnannounced<R extends Timed>(
  due: readonly R[],
  userId: string,
  memory: Memory,
  now: number,
): R[] {
  const known = read(memory, userId);
  const fresh = due.filter((reminder) => !known.some((line) => isOf(line, reminder)));
  if (fresh.length > 0) {
    const lines = fresh.map((reminder) => `${nameOf(reminder)} ${now}`);
    memory.setItem(storageKey(userId), JSON.stringify([...known, ...lines].slice(-depth)));
  }
  return fresh;
}
