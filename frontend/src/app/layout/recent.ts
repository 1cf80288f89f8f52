import { forgetAtSignOut } from "@/shared/api/session";

/** A prospect that was open. Kept in memory alone: names are not to lie about in the browser's files. */
export type Recent = { id: string; name: string };

const kept = 8;
let recent: Recent[] = [];

forgetAtSignOut(() => {
  recent = [];
});

/** Notes that a prospect is on screen. */
export function noteRecent(item: Recent): void {
  recent = [item, ...recent.filter(({ id }) => id !== item.id)].slice(0, kept);
}

/** Forgets one that is no longer there, or somebody else's by now. */
export function forgetRecent(gone: string): void {
  recent = recent.filter(({ id }) => id !== gone);
}

/** The prospects that were open last, the latest first. */
export function recentProspects(): readonly Recent[] {
  return recent;
}
