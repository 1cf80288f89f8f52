import { useSyncExternalStore } from "react";
import { forgetAtSignOut } from "@/shared/api/session";

/** Names of reminders that came due while nobody could be told, and how often some were found. */
export type Missed = { names: ReadonlySet<string>; times: number };

let missed: Missed = { names: new Set(), times: 0 };
const listeners = new Set<() => void>();

/** A reminder at its time: one that was moved since is another. */
export const missedName = ({ id, remind_at }: { id: string; remind_at: string }) => `${id} ${remind_at}`;

/** Remembers what came due while the program was closed or the computer slept; the bell lists it first, and opens. */
export function addMissed(reminders: readonly { id: string; remind_at: string }[]): void {
  if (reminders.length === 0) return;
  missed = { names: new Set([...missed.names, ...reminders.map(missedName)]), times: missed.times + 1 };
  for (const listener of listeners) listener();
}

forgetAtSignOut(() => {
  missed = { names: new Set(), times: 0 };
  for (const listener of listeners) listener();
});

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What was missed so far. */
export function useMissed(): Missed {
  return useSyncExternalStore(subscribe, () => missed);
}
