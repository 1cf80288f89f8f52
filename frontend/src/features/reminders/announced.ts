import type { Reminder } from "@/shared/api/types";

type Timed = Pick<Reminder, "id" | "remind_at">;

/** Where what was announced is remembered: on this computer, beyond the life of the page. */
type Memory = Pick<Storage, "getItem" | "setItem">;

/** How many are remembered for one person; older ones have long been done or moved. */
const depth = 500;

const storageKey = (userId: string) => `sitegroup.announced.${userId}`;

/** One moved to another time is announced at that time again. */
const nameOf = ({ id, remind_at }: Timed) => `${id} ${remind_at}`;

function read(memory: Memory, userId: string): string[] {
  try {
    const known: unknown = JSON.parse(memory.getItem(storageKey(userId)) ?? "[]");
    return Array.isArray(known) ? known.map(String) : [];
  } catch {
    return [];
  }
}

/** The due reminders that nobody was told of yet. They count as told from now on, in every page of this computer. */
export function claimUnannounced<R extends Timed>(due: readonly R[], userId: string, memory: Memory): R[] {
  const known = read(memory, userId);
  const fresh = due.filter((reminder) => !known.includes(nameOf(reminder)));
  if (fresh.length > 0) {
    memory.setItem(storageKey(userId), JSON.stringify([...known, ...fresh.map(nameOf)].slice(-depth)));
  }
  return fresh;
}
