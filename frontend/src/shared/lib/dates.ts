/** Languages the screens speak. */
export type Language = "es-MX" | "en";

/** What a relative date needs beside the instant: the language and the words for nearby days. */
export type DayWords = { today: string; tomorrow: string; yesterday: string };

const dayMs = 86_400_000;

/** Local midnight of the day that holds the instant. */
function startOfDay(at: Date): number {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
}

/** Whole calendar days from `now` to `at`, in local time: 0 today, 1 tomorrow, -1 yesterday. */
export function daysBetween(now: Date, at: Date): number {
  return Math.round((startOfDay(at) - startOfDay(now)) / dayMs);
}

/**
 * Reads `YYYY-MM-DD` as that day in local time. `new Date(text)` would read it as midnight UTC, which is
 * the day before in Mexico.
 */
export function parseDay(day: string): Date {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date);
}

/** The day that a filter names: `YYYY-MM-DD`, or how many days before today as `-6d`. */
export function dayNamed(text: string, now = new Date()): Date {
  const ago = /^-(\d{1,4})d$/.exec(text)?.[1];
  if (ago === undefined) return parseDay(text);
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - Number(ago));
}

/** The local calendar day as `YYYY-MM-DD`. */
export function toDay(at: Date): string {
  const pad = (n: number) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
}

/** True for a day, `YYYY-MM-DD`, that the calendar has and the program takes. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const [year = 0, month = 1, day = 1] = text.split("-").map(Number);
  return year >= 1900 && year < 2200 && toDay(new Date(year, month - 1, day)) === text;
}

function clockTime(at: Date): string {
  const pad = (n: number) => String(n).padStart(2, "0");
  return `${pad(at.getHours())}:${pad(at.getMinutes())}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** A format of the system's, kept: making one takes longer than a row has time for while a list scrolls. */
function format(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  const known = formats.get(key) ?? new Intl.DateTimeFormat(language, options);
  formats.set(key, known);
  return known;
}

const weekdayOnly = { weekday: "short" } as const;
const monthOnly = { month: "short" } as const;
const wholeDay = { weekday: "long", day: "numeric", month: "long", year: "numeric" } as const;
const wholeInstant = { ...wholeDay, hour: "2-digit", minute: "2-digit", hour12: false } as const;

/** "mar 24 nov", with the year when it is not this one. No commas or full stops, which lists don't need. */
function shortDay(at: Date, now: Date, language: Language): string {
  const part = (options: Intl.DateTimeFormatOptions) =>
    format(language, options).format(at).replace(/[.,]/g, "");
  const weekday = part(weekdayOnly);
  const month = part(monthOnly);
  const year = at.getFullYear() === now.getFullYear() ? "" : ` ${at.getFullYear()}`;
  return `${weekday} ${at.getDate()} ${month}${year}`;
}

/** "hoy 17:00", "mañana", "mar 24 nov 09:30". `withTime` false for dates that have none. */
export function relativeDate(
  at: Date,
  now: Date,
  words: DayWords,
  language: Language,
  withTime: boolean,
): string {
  const near = { "-1": words.yesterday, "0": words.today, "1": words.tomorrow }[String(daysBetween(now, at))];
  const day = near ?? shortDay(at, now, language);
  return withTime ? `${day} ${clockTime(at)}` : day;
}

/** "mar 24 nov 2026 09:30": a date that stays the same tomorrow, for what was written long ago. */
export function datedDay(at: Date, language: Language, withTime: boolean): string {
  const day = shortDay(at, new Date(0), language);
  return withTime ? `${day} ${clockTime(at)}` : day;
}

/** The whole date for a tooltip: "martes, 24 de noviembre de 2026, 17:00". */
export function fullDate(at: Date, language: Language, withTime: boolean): string {
  return format(language, withTime ? wholeInstant : wholeDay).format(at);
}

const minuteMs = 60_000;

/** Milliseconds from `at` until `now`; never negative, so a clock slightly ahead reads as zero. */
export function ageSince(at: Date, now: Date): number {
  return Math.max(0, now.getTime() - at.getTime());
}

/** Whole minutes from `at` until `now`. */
export function minutesSince(at: Date, now: Date): number {
  return Math.floor(ageSince(at, now) / minuteMs);
}

/** How long in the largest unit that fits: minutes below an hour, hours below a day, then days. */
export function ageParts(minutes: number): { value: number; unit: "min" | "h" | "d" } {
  if (minutes < 60) return { value: minutes, unit: "min" };
  if (minutes < 24 * 60) return { value: Math.floor(minutes / 60), unit: "h" };
  return { value: Math.floor(minutes / (24 * 60)), unit: "d" };
}

/** Step of the response clock: how late the first contact is. Limits in minutes: 5, 15, 60. */
export type ResponseStep = "prompt" | "soon" | "late" | "critical";

/** The step for an age in milliseconds: five minutes are still prompt, one second more is not. */
export function responseStep(age: number): ResponseStep {
  if (age <= 5 * minuteMs) return "prompt";
  if (age <= 15 * minuteMs) return "soon";
  if (age <= 60 * minuteMs) return "late";
  return "critical";
}
