import type { Reminder } from "@/shared/api/types";
import type { Notice } from "@/shared/host/host";
import { asksHow } from "@/shared/prospect/endings";
import { firstContact } from "./due";

type Told = Pick<Reminder, "id" | "prospect_id" | "prospect_name" | "kind" | "body">;

/** The sentences of a notification, in the person's language. */
export type NoticeWords = {
  one: (kind: string) => string;
  /** Of a person whom nobody has tried to reach. */
  first: string;
  many: (count: number) => string;
  hidden: string;
  nameless: string;
  /** The buttons of one reminder. */
  done: string;
  later: string;
};

/** How many people one notification names. */
const named = 3;

/** How much of what the person wrote a notification shows, in characters. */
const longest = 200;

/** One notification for reminders that came due together; hidden, it says nothing about anybody. */
export function noticeOf(due: readonly [Told, ...Told[]], words: NoticeWords, hidden: boolean): Notice {
  const [first] = due;
  const waits = first.kind === firstContact;
  const title = due.length > 1 ? words.many(due.length) : waits ? words.first : words.one(first.kind);
  const one = {
    prospectId: first.prospect_id,
    // Who waits is called, not ticked off.
    ...(waits
      ? {}
      : {
          reminder: { id: first.id, done: words.done, later: words.later, asks: asksHow(first.kind) },
        }),
  };
  if (hidden) return { title, body: words.hidden, ...(due.length === 1 ? one : {}) };
  const names = [...new Set(due.map(({ prospect_name }) => prospect_name || words.nameless))];
  if (due.length > 1) {
    return { title, body: names.slice(0, named).join(", ") + (names.length > named ? "…" : "") };
  }
  const body = [names[0], first.body].filter(Boolean).join(" · ").slice(0, longest);
  return { title, body, ...one };
}
