import type { AgendaItem } from "@/shared/api/types";
import { parseDay, toDay } from "@/shared/lib/dates";
import { lengthOf } from "@/shared/prospect/length";

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

/** Where something stands in its day: from when, how long, in which of how many lanes. */
export type Placed<T> = {
  item: T;
  minute: number;
  length: number;
  lane: number;
  lanes: number;
  /** Those that share the width have the same number. */
  group: number;
};

/** Puts what overlaps side by side: those that touch each other share the day's width evenly. */
export function place<T extends Pick<AgendaItem, "id" | "kind" | "due_at"> & { minutes?: number | null }>(
  items: readonly T[],
): Placed<T>[] {
  const waiting = items
    .filter(({ due_at }) => due_at !== null)
    .map((item) => ({ item, minute: minuteOf(new Date(item.due_at ?? "")), length: lengthOf(item) }))
    .sort((a, b) => a.minute - b.minute || b.length - a.length || (a.item.id < b.item.id ? -1 : 1));
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

/** A length rounded to the grid: at least one step of it, and at most to the end of the day in which it begins. */
export function snapLength(length: number, minute: number): number {
  const most = Math.max(24 * 60 - minute, step);
  return Math.min(Math.max(Math.round(length / step) * step, step), most);
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
