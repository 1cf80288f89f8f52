import type { AgendaItem } from "@/shared/api/types";
import { parseDay, toDay } from "@/shared/lib/dates";
import { isMeeting, lengthOf } from "@/shared/prospect/length";

/** One day of the agenda. */
export type View = "day" | "week";

/** The day so many days after another, both `YYYY-MM-DD`. Days are counted by the calendar, never by hours. */
export function addDays(day: string, days: number): string {
  const at = parseDay(day);
  return toDay(new Date(at.getFullYear(), at.getMonth(), at.getDate() + days));
}

/** The Monday of a day's week. */
export function mondayOf(day: string): string {
  return addDays(day, -((parseDay(day).getDay() + 6) % 7));
}

/** The days a view shows: the one day, or its week from Monday to Sunday. */
export function daysOf(view: View, day: string): string[] {
  if (view === "day") return [day];
  const monday = mondayOf(day);
  return Array.from({ length: 7 }, (_, index) => addDays(monday, index));
}

/** The query of the API for some days: the dates, and the instants at which they begin here. */
export function rangeOf(days: readonly string[]): {
  from: string;
  to: string;
  from_at: string;
  to_at: string;
} {
  const from = days[0] ?? toDay(new Date());
  const to = addDays(days.at(-1) ?? from, 1);
  return { from, to, from_at: parseDay(from).toISOString(), to_at: parseDay(to).toISOString() };
}

/** The day something is on, by this computer's calendar. A date is its own day everywhere. */
export function dayOf({ due_at, due_on }: Pick<AgendaItem, "due_at" | "due_on">): string {
  if (due_on !== null) return due_on;
  return due_at === null ? "" : toDay(new Date(due_at));
}

/** Minutes since midnight as a clock on the wall shows them, which is how appointments are made. */
export function minuteOf(at: Date): number {
  return at.getHours() * 60 + at.getMinutes();
}

/** That time of that day, here. A time that the clocks skip comes out after the gap. */
export function instantAt(day: string, minute: number): Date {
  const at = parseDay(day);
  return new Date(at.getFullYear(), at.getMonth(), at.getDate(), 0, minute);
}

/** The grid that things are put on, in minutes. */
export const step = 15;

/** A time rounded to the grid, within its day. */
export function snap(minute: number): number {
  return Math.min(Math.max(Math.round(minute / step) * step, 0), 24 * 60 - step);
}

/** True once its instant, or the end of its day, has passed and it was not done. */
export function isLate(
  { due_at, due_on, done_at }: Pick<AgendaItem, "due_at" | "due_on" | "done_at">,
  now: Date,
): boolean {
  if (done_at !== null) return false;
  if (due_on !== null) return due_on < toDay(now);
  return due_at !== null && new Date(due_at).getTime() < now.getTime();
}

type Timed = Pick<AgendaItem, "id" | "kind" | "due_at"> & { minutes?: number | null };

/** What of something stands in one day: from when, how long, and how much of it, in minutes, has been before. */
export type Part<T> = {
  item: T;
  minute: number;
  length: number;
  before: number;
  /** False for the part of an appointment that goes on the day after. */
  ends: boolean;
};

/**
 * What has a time on a day, of appointments that pass midnight the part that is on it. Whatever else is done alone is
 * where it begins.
 */
export function partsOn<T extends Timed>(items: readonly T[], day: string): Part<T>[] {
  const [from, to] = [instantAt(day, 0).getTime(), instantAt(addDays(day, 1), 0).getTime()];
  return items.flatMap((item) => {
    if (item.due_at === null) return [];
    const length = lengthOf(item);
    const begins = Date.parse(item.due_at);
    const over = begins + length * 60_000;
    if (begins >= to || (begins < from && (over <= from || !isMeeting(item.kind)))) return [];
    const minute = begins < from ? 0 : minuteOf(new Date(begins));
    const ends = over <= to || !isMeeting(item.kind);
    const before = begins < from ? (from - begins) / 60_000 : 0;
    return [{ item, minute, length: ends ? length - before : 24 * 60 - minute, before, ends }];
  });
}

/** Where a part stands in its day: in which of how many lanes. */
export type Placed<T> = Part<T> & {
  lane: number;
  lanes: number;
  /** Those that share the width have the same number. */
  group: number;
};

/** Puts what overlaps side by side: those that touch each other share the day's width evenly. */
export function place<T extends Timed>(parts: readonly Part<T>[]): Placed<T>[] {
  const waiting = parts.toSorted(
    (a, b) => a.minute - b.minute || b.length - a.length || (a.item.id < b.item.id ? -1 : 1),
  );
  const placed: Placed<T>[] = [];
  let group: Placed<T>[] = [];
  let ends: number[] = [];
  let number = 0;
  const close = () => {
    number++;
    for (const one of group) one.lanes = ends.length;
    placed.push(...group);
    group = [];
    ends = [];
  };
  for (const next of waiting) {
    if (ends.length > 0 && ends.every((end) => end <= next.minute)) close();
    const free = ends.findIndex((end) => end <= next.minute);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = next.minute + next.length;
    group.push({ ...next, lane, lanes: 0, group: number });
  }
  close();
  return placed;
}

/** What does not fit beside the others of its group, told as one. */
export type Folded = { group: number; minute: number; count: number; lanes: number };

/** Keeps so many lanes; where there are more, the last one says how many things are not shown. */
export function fold<T>(
  placed: readonly Placed<T>[],
  most: number,
): { shown: Placed<T>[]; folded: Folded[] } {
  const shown: Placed<T>[] = [];
  const folded = new Map<number, Folded>();
  for (const one of placed) {
    if (one.lanes <= most) shown.push(one);
    else if (one.lane < most - 1) shown.push({ ...one, lanes: most });
    else {
      const known = folded.get(one.group) ?? { group: one.group, minute: one.minute, count: 0, lanes: most };
      folded.set(one.group, { ...known, minute: Math.min(known.minute, one.minute), count: known.count + 1 });
    }
  }
  return { shown, folded: [...folded.values()] };
}

/** Where something is put: at a time of a day, or on the day alone. */
export type Slot = { day: string; minute: number | null };

/** The fields that put an activity there; what it had before is cleared by the program. */
export function slotFields({ day, minute }: Slot): { due_at: string } | { due_on: string } {
  return minute === null ? { due_on: day } : { due_at: instantAt(day, minute).toISOString() };
}

/** Where an item stands now. */
export function slotOf(item: Pick<AgendaItem, "due_at" | "due_on">): Slot {
  const minute = item.due_at === null ? null : minuteOf(new Date(item.due_at));
  return { day: dayOf(item), minute };
}

/** The longest that something may take, in minutes. */
export const longest = 24 * 60;

/** A length rounded to the grid: at least one step of it, and no longer than may be. */
export function snapLength(length: number, most = longest): number {
  return Math.min(Math.max(Math.round(length / step) * step, step), Math.max(most, step));
}

/**
 * Where something is put whose part is held at a height of a day: the part's own beginning, unless much of it is before,
 * perhaps on the day before.
 */
export function slotAtHeight(day: string, minute: number, before: number): Slot {
  const begins = minute - before;
  if (before === 0 || begins >= 0) return { day, minute: snap(begins) };
  return { day: addDays(day, -1), minute: snap(begins + 24 * 60) };
}

/** True while some of it is to be seen on these days. */
export function isOn(item: Pick<AgendaItem, "due_on"> & Timed, days: readonly string[]): boolean {
  if (item.due_on !== null) return days.includes(item.due_on);
  return days.some((day) => partsOn([item], day).length > 0);
}

/** Where the arrows lead: up and down along the day, from its beginning up to the day as a whole; sideways to other days. */
export function nudge({ day, minute }: Slot, key: string): Slot {
  switch (key) {
    case "ArrowLeft":
      return { day: addDays(day, -1), minute };
    case "ArrowRight":
      return { day: addDays(day, 1), minute };
    case "ArrowUp":
      if (minute === null) return { day, minute };
      return { day, minute: minute < step ? null : snap(minute - step) };
    case "ArrowDown":
      return { day, minute: minute === null ? 9 * 60 : snap(minute + step) };
    default:
      return { day, minute };
  }
}
