import { useSyncExternalStore } from "react";
import type { WhatsAppVariant } from "@/shared/lib/phones";

/**
 * An attempt to reach a person that left the program: a call, a chat, a mail. The desk cannot know how it
 * went, so it asks on return; until answered it counts for nothing.
 */
export type Outreach =
  | { channel: "call"; e164: string }
  | { channel: "whatsapp"; e164: string; phoneId: string; variant: WhatsAppVariant; message?: Written }
  | { channel: "email"; address: string; message?: Written };

/** What was written with a template. */
export type Written = { text: string; subject: string; templateId: string };

const open = new Map<string, Outreach>();
const listeners = new Set<() => void>();

function changed(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Remembers that the person was approached, in place of an earlier attempt nobody answered for. */
export function beginOutreach(prospectId: string, outreach: Outreach): void {
  open.set(prospectId, outreach);
  changed();
}

/** The attempt has been answered for, or was none; with a channel only one by that channel. */
export function endOutreach(prospectId: string, channel?: Outreach["channel"]): void {
  if (channel !== undefined && open.get(prospectId)?.channel !== channel) return;
  if (open.delete(prospectId)) changed();
}

/** The attempt that still waits for an answer, if any. It survives leaving the screen, not the page. */
export function useOutreach(prospectId: string): Outreach | null {
  return useSyncExternalStore(subscribe, () => open.get(prospectId) ?? null);
}
