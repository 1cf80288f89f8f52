import { useSyncExternalStore } from "react";
import { forgetAtSignOut } from "@/shared/api/session";

/** What is being written about a prospect; while it is on its way to the program it cannot be changed or sent again. */
export type NoteDraft = Readonly<{ text: string; sending: boolean }>;

const none: NoteDraft = { text: "", sending: false };

// For the life of the page and in memory alone: nothing that was written about a person lies on the disk in the clear.
const drafts = new Map<string, NoteDraft>();
const listeners = new Set<() => void>();

function changed(): void {
  for (const listener of listeners) listener();
}

// The next person at this computer reads nothing of it.
forgetAtSignOut(() => {
  drafts.clear();
  changed();
});

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function keep(prospectId: string, draft: NoteDraft): void {
  if (draft.text === "" && !draft.sending) drafts.delete(prospectId);
  else drafts.set(prospectId, draft);
  changed();
}

/** What is being written about this prospect. */
export function noteDraft(prospectId: string): NoteDraft {
  return drafts.get(prospectId) ?? none;
}

/** The same inside React. It survives going to another screen. */
export function useNoteDraft(prospectId: string): NoteDraft {
  return useSyncExternalStore(subscribe, () => noteDraft(prospectId));
}

/** Keeps what was typed; nothing while it is being sent. */
export function writeNote(prospectId: string, text: string): void {
  if (!noteDraft(prospectId).sending) keep(prospectId, { text, sending: false });
}

/** Sends what was written, alone or with something else, and forgets it once `send` says that it was saved. Nothing while it is on its way. */
export async function sendNote(prospectId: string, send: (body: string) => Promise<boolean>): Promise<void> {
  const { text, sending } = noteDraft(prospectId);
  if (sending) return;
  const onItsWay: NoteDraft = { text, sending: true };
  keep(prospectId, onItsWay);
  const saved = await send(text.trim());
  // With another session there is nothing of it any more, or somebody else's.
  if (drafts.get(prospectId) === onItsWay) keep(prospectId, saved ? none : { text, sending: false });
}
