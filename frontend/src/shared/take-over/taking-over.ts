import { queryOptions, useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { answer, api } from "@/shared/api/client";

/**
 * Whether this page watches how its computer becomes the office's host. Meanwhile no office is open, and the session that
 * began it is gone with the replica; so this is kept apart from both.
 */
let watching = false;
const listeners = new Set<() => void>();

/** Has the page show how becoming the host goes on, or stop showing it. */
export function watchTakeOver(next: boolean): void {
  watching = next;
  for (const listener of listeners) listener();
}

/** True while the page is to show how becoming the host goes on. */
export function useTakingOver(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => watching,
  );
}

/** How often a restore is looked at, in ms. */
const glance = 400;

/** How bringing an office back, or over, goes on. Needs no session. */
export function useRestoreState() {
  return useQuery({
    queryKey: ["setup", "restore"],
    queryFn: () => answer(api.GET("/api/setup/restore")),
    refetchInterval: glance,
  }).data;
}

const minute = 60_000;
/** A copy that is younger has just been made for this: nobody needs to be told. */
const fresh = 15 * minute;
/** How long the office's computers keep what the host has settled, to tell it again. */
const kept = 45 * 24 * 60 * minute;

/** Whether a backup is so old that a word is due, and whether the other computers' memory reaches that far; null for no word. */
export function ageOf(madeAt: string | undefined, now: Date): "age" | "ageOld" | null {
  if (madeAt === undefined) return null;
  const age = now.getTime() - new Date(madeAt).getTime();
  if (age < fresh) return null;
  return age > kept ? "ageOld" : "age";
}

/** How often a change of host is looked at, in ms: somebody stands at the other computer. */
const handoverGlance = 3000;

/** Whether the office is moving to another computer, as its host knows it. Administrators only. */
export const handoverQuery = queryOptions({
  queryKey: ["devices", "handover"],
  queryFn: () => answer(api.GET("/api/handover")),
  refetchInterval: handoverGlance,
});
