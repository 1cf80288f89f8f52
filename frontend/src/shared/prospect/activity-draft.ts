import type { NextAction, Prospect, TimelineItem, User } from "@/shared/api/types";
import { daysBetween, parseDay } from "@/shared/lib/dates";
import type { When } from "./when-presets";

/** Something that was just done with a prospect, as the person says it. */
export type Done = {
  kind: "call" | "whatsapp" | "email" | "appointment" | "visit" | "video" | "task" | "note";
  result?: string;
  body?: string;
  /** The template that a message was written with. */
  templateId?: string;
  /** The following step, made together with it. */
  next?: { kind: string; when: When };
};

/** The latest day something is due, as a date to compare by calendar day. */
function dueDay({ at, on }: NextAction): Date | null {
  if (at !== null) return new Date(at);
  return on === null ? null : parseDay(on);
}

/**
 * The planned step that this deed fulfils: the same kind, due today or before. A call planned for next
 * week stays planned when somebody calls today.
 */
export function fulfils(done: Done, next: NextAction | null, now: Date): NextAction | null {
  if (next === null || next.kind !== done.kind) return null;
  const day = dueDay(next);
  return day !== null && daysBetween(now, day) <= 0 ? next : null;
}

/** True for deeds that reach out to the person and so stop the response clock. */
function reachesOut({ kind }: Done): boolean {
  return kind !== "note" && kind !== "task";
}

/** The line the timeline shows until the program sends its own. */
export function draftItem(done: Done, author: User, now: Date): TimelineItem {
  const at = now.toISOString();
  return {
    id: `draft-${at}`,
    type: "activity",
    at,
    author_id: author.id,
    author_name: author.name,
    kind: done.kind,
    result: done.result ?? "",
    body: done.body ?? "",
    due_at: null,
    due_on: null,
    done_at: at,
    data: {},
  };
}

type Followed = Pick<Prospect, "attended_at" | "next" | "status">;

/** The way to a follow-up; the other statuses are chosen by a person and stay. */
const progress = ["new", "trying", "contacted", "following"];

/** Where an attempt with this result leads at least; a status never moves back by itself. */
function statusAfter(status: string, { result = "" }: Done): string {
  const reached = { answered: "contacted", call_later: "contacted", held: "following" }[result] ?? "trying";
  const isOnTheWay = progress.includes(status);
  return isOnTheWay && progress.indexOf(reached) > progress.indexOf(status) ? reached : status;
}

/** What the deed changes on the prospect itself, foreseen; the program decides. */
export function afterDone<T extends Followed>(known: T, done: Done, now: Date): T {
  const attends = reachesOut(done);
  const planned = fulfils(done, known.next, now) === null ? known.next : null;
  const next: NextAction | null =
    done.next === undefined
      ? planned
      : {
          id: "draft-next",
          kind: done.next.kind,
          at: done.next.when.due_at ?? null,
          on: done.next.when.due_on ?? null,
        };
  return {
    ...known,
    attended_at: known.attended_at ?? (attends ? now.toISOString() : null),
    status: attends ? statusAfter(known.status, done) : known.status,
    next,
  };
}
