import type { WeekHours } from "@/shared/api/types";

/** Weekdays as the program names them, in the order in which a Mexican week is read. */
export const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/** A weekday. */
export type Day = (typeof days)[number];

/** Working time of a day while it is typed; the key tells one from another. */
export type Stretch = { key: number; from: string; to: string };

/** A week of working hours while it is typed. */
export type Week = Record<Day, Stretch[]>;

let keys = 0;

/** A stretch with a key of its own. */
export function stretch(from = "", to = ""): Stretch {
  keys++;
  return { key: keys, from, to };
}

function week(of: (day: Day) => Stretch[]): Week {
  return {
    mon: of("mon"),
    tue: of("tue"),
    wed: of("wed"),
    thu: of("thu"),
    fri: of("fri"),
    sat: of("sat"),
    sun: of("sun"),
  };
}

/** Hours as something to type into. */
export function draftOf(hours: WeekHours | null): Week | null {
  return hours === null ? null : week((day) => hours[day].map(({ from, to }) => stretch(from, to)));
}

/** What was typed, without the stretches that were left blank. */
export function hoursOf(draft: Week): WeekHours {
  const typed = (day: Day) =>
    draft[day]
      .map(({ from, to }) => ({ from: from.trim(), to: to.trim() }))
      .filter(({ from, to }) => from !== "" || to !== "");
  return {
    mon: typed("mon"),
    tue: typed("tue"),
    wed: typed("wed"),
    thu: typed("thu"),
    fri: typed("fri"),
    sat: typed("sat"),
    sun: typed("sun"),
  };
}

/** What an office may begin with: Monday to Friday, and Saturday morning. */
export function usualWeek(): Week {
  return week((day) => {
    if (day === "sun") return [];
    return [stretch("09:00", day === "sat" ? "14:00" : "18:00")];
  });
}

/** Gives Tuesday to Friday what Monday has. */
export function likeMonday(draft: Week): Week {
  const copied = week(() => draft.mon.map(({ from, to }) => stretch(from, to)));
  return { ...copied, mon: draft.mon, sat: draft.sat, sun: draft.sun };
}
