import { useSyncExternalStore } from "react";
import { forgetAtSignOut } from "@/shared/api/session";
import type { WhatsAppVariant } from "@/shared/lib/phones";

/**
 * An attempt to reach a person that left the program: a call, a chat, a mail. The desk cannot know how it
 * went, so it asks on return; until answered it counts for nothing. Phones and addresses are named by their ids.
 */
export type Outreach =
  | { channel: "call"; phoneId: string }
  | { channel: "whatsapp"; phoneId: string; variant: WhatsAppVariant; message?: Written }
  | { channel: "email"; emailId: string; message?: Written };

/** What was written with a template. Of a message from before the page was loaded anew only the template is known. */
export type Written = { text: string; subject: string; templateId: string };

/** Where open attempts are remembered: on this computer, beyond the life of the page. */
type Memory = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** How long an attempt is asked about, in ms; nobody knows any more how the call of last week went. */
const longest = 3 * 24 * 60 * 60_000;

const storageKey = (userId: string) => `sitegroup.outreach.${userId}`;

type Kept = { at: number; outreach: Outreach };

let owner = "";
let memory: Memory | undefined;
let open = new Map<string, Kept>();
const listeners = new Set<() => void>();

function changed(): void {
  if (owner !== "" && memory !== undefined) write(memory, owner, open);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Writes ids and nothing else: what lies in a browser's profile is not encrypted, so no number and no text goes there. */
function write(into: Memory, userId: string, all: ReadonlyMap<string, Kept>): void {
  if (all.size === 0) {
    into.removeItem(storageKey(userId));
    return;
  }
  const bare = [...all].map(([prospectId, { at, outreach }]) => {
    if (outreach.channel === "call" || outreach.message === undefined) return [prospectId, { at, outreach }];
    const message: Written = { text: "", subject: "", templateId: outreach.message.templateId };
    return [prospectId, { at, outreach: { ...outreach, message } }];
  });
  into.setItem(storageKey(userId), JSON.stringify(bare));
}

function isKept(value: unknown, now: number): value is [string, Kept] {
  if (!Array.isArray(value) || typeof value[0] !== "string") return false;
  const { at, outreach } = (value[1] ?? {}) as Partial<Kept>;
  if (typeof at !== "number" || now - at > longest) return false;
  return ["call", "whatsapp", "email"].includes(outreach?.channel ?? "");
}

function read(from: Memory, userId: string, now: number): Map<string, Kept> {
  try {
    const known: unknown = JSON.parse(from.getItem(storageKey(userId)) ?? "[]");
    return new Map(Array.isArray(known) ? known.filter((each) => isKept(each, now)) : []);
  } catch {
    return new Map();
  }
}

/**
 * Says who sits here: what this person left unanswered is asked again, also after the program was closed, and nobody is asked
 * about the calls of somebody else who used the same computer.
 */
export function outreachOf(userId: string, storage: Memory, now = Date.now()): void {
  if (owner === userId && memory === storage) return;
  owner = userId;
  memory = storage;
  open = read(storage, userId, now);
  for (const listener of listeners) listener();
}

// What is written waits for its person; what is in memory, texts among it, goes with them.
forgetAtSignOut(() => {
  owner = "";
  memory = undefined;
  open = new Map();
  for (const listener of listeners) listener();
});

/** Remembers that the person was approached, in place of an earlier attempt nobody answered for. */
export function beginOutreach(prospectId: string, outreach: Outreach): void {
  open.set(prospectId, { at: Date.now(), outreach });
  changed();
}

/** The attempt has been answered for, or was none; with a channel only one by that channel. */
export function endOutreach(prospectId: string, channel?: Outreach["channel"]): void {
  if (channel !== undefined && open.get(prospectId)?.outreach.channel !== channel) return;
  if (open.delete(prospectId)) changed();
}

/**
 * The attempt is answered for by what `save` writes down: nobody is asked meanwhile, and asked again where it was not saved.
 * With a channel only one by that channel.
 */
export async function answerOutreach(
  prospectId: string,
  save: () => Promise<boolean>,
  channel?: Outreach["channel"],
): Promise<boolean> {
  const asked = open.get(prospectId);
  const asker = owner;
  endOutreach(prospectId, channel);
  const saved = await save();
  if (!saved && asked !== undefined && owner === asker && !open.has(prospectId)) {
    open.set(prospectId, asked);
    changed();
  }
  return saved;
}

/** The attempt that still waits for an answer, if any. */
export function openOutreach(prospectId: string): Outreach | null {
  return open.get(prospectId)?.outreach ?? null;
}

/** The same inside React. It survives leaving the screen and closing the program. */
export function useOutreach(prospectId: string): Outreach | null {
  return useSyncExternalStore(subscribe, () => openOutreach(prospectId));
}
