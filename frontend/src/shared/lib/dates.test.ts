import { describe, expect, it } from "vitest";
import {
  ageParts,
  ageSince,
  dayNamed,
  daysBetween,
  fullDate,
  minutesSince,
  parseDay,
  relativeDate,
  responseStep,
  toDay,
} from "./dates";

const words = { today: "hoy", tomorrow: "mañana", yesterday: "ayer" };
const now = new Date(2026, 10, 23, 9, 30);

describe("relativeDate", () => {
  it.each([
    { name: "today with time", at: new Date(2026, 10, 23, 17, 0), time: true, want: "hoy 17:00" },
    { name: "tomorrow", at: new Date(2026, 10, 24, 9, 5), time: true, want: "mañana 09:05" },
    {
      name: "yesterday just before midnight",
      at: new Date(2026, 10, 22, 23, 59),
      time: true,
      want: "ayer 23:59",
    },
    { name: "another day this year", at: new Date(2026, 10, 26), time: false, want: "jue 26 nov" },
    { name: "another year", at: new Date(2027, 0, 4), time: false, want: "lun 4 ene 2027" },
  ])("$name", ({ at, time, want }) => expect(relativeDate(at, now, words, "es-MX", time)).toBe(want));
});

describe("parseDay", () => {
  it("stays on its day west of Greenwich", () => {
    const day = parseDay("2026-11-24");
    expect([day.getFullYear(), day.getMonth(), day.getDate()]).toEqual([2026, 10, 24]);
  });
  it("goes back through toDay", () => expect(toDay(parseDay("2026-02-01"))).toBe("2026-02-01"));
});

describe("daysBetween", () => {
  it("counts calendar days, not spans of 24 hours", () => {
    expect(daysBetween(new Date(2026, 10, 23, 23, 59), new Date(2026, 10, 24, 0, 1))).toBe(1);
  });
});

describe("fullDate", () => {
  it("says everything", () => {
    const text = fullDate(new Date(2026, 10, 24, 17, 0), "es-MX", true);
    expect(text).toContain("martes");
    expect(text).toContain("24 de noviembre de 2026");
    expect(text).toContain("17:00");
  });
});

describe("minutesSince", () => {
  it("never runs backwards", () => expect(minutesSince(new Date(now.getTime() + 5_000), now)).toBe(0));
  it("counts whole minutes", () => expect(minutesSince(new Date(now.getTime() - 359_000), now)).toBe(5));
});

describe("responseStep", () => {
  it.each([
    { age: "0:00", want: "prompt" },
    { age: "5:00", want: "prompt" },
    { age: "5:01", want: "soon" },
    { age: "5:59", want: "soon" },
    { age: "15:00", want: "soon" },
    { age: "15:01", want: "late" },
    { age: "60:00", want: "late" },
    { age: "60:01", want: "critical" },
    { age: "1440:00", want: "critical" },
  ])("$age is $want", ({ age, want }) => {
    const [minutes = 0, seconds = 0] = age.split(":").map(Number);
    const at = new Date(now.getTime() - (minutes * 60 + seconds) * 1000);
    expect(responseStep(ageSince(at, now))).toBe(want);
  });
  it("takes a clock that is slightly ahead for no age", () => {
    expect(responseStep(ageSince(new Date(now.getTime() + 5_000), now))).toBe("prompt");
  });
});

describe("ageParts", () => {
  it.each([
    { minutes: 59, want: { value: 59, unit: "min" } },
    { minutes: 119, want: { value: 1, unit: "h" } },
    { minutes: 2880, want: { value: 2, unit: "d" } },
  ])("$minutes", ({ minutes, want }) => expect(ageParts(minutes)).toEqual(want));
});

describe("dayNamed", () => {
  const now = new Date(2026, 2, 3, 23, 50);
  it("reads a day", () => expect(toDay(dayNamed("2026-11-29", now))).toBe("2026-11-29"));
  it("counts back from today, across a month's end", () => {
    expect(toDay(dayNamed("-0d", now))).toBe("2026-03-03");
    expect(toDay(dayNamed("-6d", now))).toBe("2026-02-25");
  });
});
