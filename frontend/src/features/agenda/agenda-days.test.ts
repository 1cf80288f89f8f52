import { afterEach, describe, expect, it, vi } from "vitest";
import {
  addDays,
  dayOf,
  daysOf,
  fold,
  instantAt,
  isLate,
  isOn,
  minuteOf,
  mondayOf,
  nudge,
  partsOn,
  place,
  rangeOf,
  slotAtHeight,
  slotFields,
  slotOf,
  snap,
  snapLength,
} from "./agenda-days";

afterEach(() => void vi.unstubAllEnvs());

/** Zones of Mexico, its borders among them, and some with other days of change. */
const zones = [
  "America/Mexico_City",
  "America/Tijuana",
  "America/Ciudad_Juarez",
  "America/Ojinaga",
  "America/Matamoros",
  "America/Hermosillo",
  "America/Cancun",
  "Europe/Madrid",
  "Pacific/Auckland",
];

describe.each(zones)("in %s", (zone) => {
  it("a date is the same day, whatever the clocks do", () => {
    vi.stubEnv("TZ", zone);
    // Every day of the year in which Mexico gave daylight saving up, and of one after.
    for (const year of [2022, 2026]) {
      let day = `${year}-01-01`;
      for (let n = 0; n < 365; n++) {
        expect(dayOf({ due_at: null, due_on: day })).toBe(day);
        expect(slotFields({ day, minute: null })).toEqual({ due_on: day });
        expect(addDays(addDays(day, 1), -1)).toBe(day);
        day = addDays(day, 1);
      }
      expect(day).toBe(`${year + 1}-01-01`);
    }
  });
  it("ten in the morning is ten in the morning on both sides of a change", () => {
    vi.stubEnv("TZ", zone);
    for (const day of [
      "2022-04-03",
      "2022-10-29",
      "2022-10-30",
      "2022-10-31",
      "2022-11-06",
      "2026-03-08",
      "2026-11-01",
    ]) {
      const at = instantAt(day, 10 * 60);
      expect(minuteOf(at)).toBe(600);
      expect(slotOf({ due_at: at.toISOString(), due_on: null })).toEqual({ day, minute: 600 });
    }
  });
  it("a week begins and ends where its days do", () => {
    vi.stubEnv("TZ", zone);
    for (const day of ["2022-10-30", "2022-11-06", "2026-03-08", "2026-11-24"]) {
      const days = daysOf("week", day);
      const { from, to, from_at, to_at } = rangeOf(days);
      expect([from, to]).toEqual([days[0], addDays(days[6] ?? "", 1)]);
      expect(dayOf({ due_at: from_at, due_on: null })).toBe(from);
      expect(dayOf({ due_at: to_at, due_on: null })).toBe(to);
      const last = new Date(Date.parse(to_at) - 1).toISOString();
      expect(dayOf({ due_at: last, due_on: null })).toBe(days[6]);
    }
  });
});

describe("the end of daylight saving in 2022", () => {
  it("made a day of 25 hours in Mexico City, and none at the border", () => {
    const hours = (zone: string) => {
      vi.stubEnv("TZ", zone);
      const { from_at, to_at } = rangeOf(["2022-10-30"]);
      return (Date.parse(to_at) - Date.parse(from_at)) / 3_600_000;
    };
    expect([hours("America/Mexico_City"), hours("America/Tijuana"), hours("America/Hermosillo")]).toEqual([
      25, 24, 24,
    ]);
  });
});

describe("mondayOf", () => {
  it.each([
    ["2026-11-23", "2026-11-23"],
    ["2026-11-29", "2026-11-23"],
    ["2027-01-01", "2026-12-28"],
    ["2028-03-01", "2028-02-28"],
  ])("%s is in the week of %s", (day, want) => expect(mondayOf(day)).toBe(want));
});

describe("place", () => {
  const at = (id: string, hour: number, minute: number, kind = "visit") => ({
    id,
    kind,
    due_at: new Date(2026, 10, 24, hour, minute).toISOString(),
  });
  const lanes = (items: Parameters<typeof partsOn>[0]) =>
    Object.fromEntries(
      place(partsOn(items, "2026-11-24")).map(({ item, lane, lanes }) => [item.id, `${lane}/${lanes}`]),
    );
  it("puts what overlaps side by side and gives the rest the whole width", () => {
    expect(lanes([at("a", 9, 0), at("b", 9, 30), at("c", 10, 0), at("d", 12, 0)])).toEqual({
      a: "0/2",
      b: "1/2",
      c: "0/2",
      d: "0/1",
    });
  });
  it("gives an appointment the time that somebody said it takes", () => {
    expect(
      lanes([
        { ...at("a", 9, 0), minutes: 30 },
        at("b", 9, 30),
        { ...at("c", 10, 0), minutes: 180 },
        at("d", 12, 30),
      ]),
    ).toEqual({
      a: "0/1",
      b: "0/2",
      c: "1/2",
      d: "0/2",
    });
  });
  it("knows that a call is shorter than a visit", () => {
    expect(lanes([at("a", 9, 0, "call"), at("b", 9, 30)])).toEqual({ a: "0/1", b: "0/1" });
  });
  it("tells of what does not fit as one", () => {
    const { shown, folded } = fold(
      place(
        partsOn(
          ["a", "b", "c", "d", "e"].map((id) => at(id, 9, 0)),
          "2026-11-24",
        ),
      ),
      3,
    );
    expect(shown.map(({ item, lane, lanes }) => [item.id, lane, lanes])).toEqual([
      ["a", 0, 3],
      ["b", 1, 3],
    ]);
    expect(folded).toEqual([{ group: 0, minute: 540, count: 3, lanes: 3 }]);
  });
  it("leaves out what has no time", () =>
    expect(partsOn([{ id: "a", kind: "call", due_at: null }], "2026-11-24")).toEqual([]));
});

describe("what passes midnight", () => {
  const at = (hour: number, minute: number, minutes: number, kind = "visit") => ({
    id: "a",
    kind,
    due_on: null,
    due_at: new Date(2026, 10, 24, hour, minute).toISOString(),
    minutes,
  });
  const on = (item: ReturnType<typeof at>, day: string) =>
    partsOn([item], day).map(({ item: _, ...part }) => part);
  it("is on both days, each with its part", () => {
    const late = at(23, 0, 90);
    expect(on(late, "2026-11-23")).toEqual([]);
    expect(on(late, "2026-11-24")).toEqual([{ minute: 1380, length: 60, before: 0, ends: false }]);
    expect(on(late, "2026-11-25")).toEqual([{ minute: 0, length: 30, before: 60, ends: true }]);
    expect(on(late, "2026-11-26")).toEqual([]);
  });
  it("is on its own day alone when it is over at midnight, or is done alone", () => {
    expect(on(at(23, 0, 60), "2026-11-24")).toEqual([{ minute: 1380, length: 60, before: 0, ends: true }]);
    expect(on(at(23, 0, 60), "2026-11-25")).toEqual([]);
    expect(on(at(23, 45, 60, "call"), "2026-11-25")).toEqual([]);
  });
  it("of a day's length ends when it began", () => {
    const long = at(10, 0, 1440);
    expect(on(long, "2026-11-24")).toEqual([{ minute: 600, length: 840, before: 0, ends: false }]);
    expect(on(long, "2026-11-25")).toEqual([{ minute: 0, length: 600, before: 840, ends: true }]);
  });
  it("stands beside what is early on the day after", () => {
    const early = { ...at(0, 15, 30), id: "b", due_at: new Date(2026, 10, 25, 0, 15).toISOString() };
    expect(
      place(partsOn([at(23, 0, 90), early], "2026-11-25")).map(({ lane, lanes }) => [lane, lanes]),
    ).toEqual([
      [0, 2],
      [1, 2],
    ]);
  });
  it("is moved as a whole by its rest", () => {
    // Grabbed where the day begins, an hour of it before.
    expect(slotAtHeight("2026-11-25", 0, 60)).toEqual({ day: "2026-11-24", minute: 1380 });
    expect(slotAtHeight("2026-11-25", 32, 60)).toEqual({ day: "2026-11-24", minute: 1410 });
    expect(slotAtHeight("2026-11-25", 600, 60)).toEqual({ day: "2026-11-25", minute: 540 });
    // What begins on its day stays on it.
    expect(slotAtHeight("2026-11-25", -30, 0)).toEqual({ day: "2026-11-25", minute: 0 });
  });
  it("is still to be seen on a Monday that shows only its rest", () => {
    expect(isOn(at(23, 0, 90), ["2026-11-25"])).toBe(true);
    expect(isOn(at(22, 30, 90), ["2026-11-25"])).toBe(false);
    expect(isOn({ ...at(23, 0, 90), due_at: null, due_on: "2026-11-25" as never }, ["2026-11-25"])).toBe(
      true,
    );
  });
});

describe("nudge", () => {
  const slot = { day: "2026-11-24", minute: 600 };
  it.each([
    ["ArrowDown", slot, { day: "2026-11-24", minute: 615 }],
    ["ArrowUp", slot, { day: "2026-11-24", minute: 585 }],
    ["ArrowLeft", slot, { day: "2026-11-23", minute: 600 }],
    ["ArrowRight", slot, { day: "2026-11-25", minute: 600 }],
    ["ArrowUp", { day: "2026-11-24", minute: 0 }, { day: "2026-11-24", minute: null }],
    ["ArrowDown", { day: "2026-11-24", minute: null }, { day: "2026-11-24", minute: 540 }],
    ["ArrowDown", { day: "2026-11-24", minute: 1425 }, { day: "2026-11-24", minute: 1425 }],
  ])("%s", (key, from, to) => expect(nudge(from, key)).toEqual(to));
});

describe("snap", () => {
  it.each([
    [7, 0],
    [8, 15],
    [-50, 0],
    [1439, 1425],
  ])("%d to %d", (minute, want) => expect(snap(minute)).toBe(want));
});

describe("snapLength", () => {
  it.each([
    [50, 1440, 45],
    [-20, 1440, 15],
    [300, 60, 60],
    [2000, undefined, 1440],
    [15, 1, 15],
  ])("%d, at most %d, is %d", (length, most, want) => expect(snapLength(length, most)).toBe(want));
});

describe("isLate", () => {
  const now = new Date(2026, 10, 24, 12);
  it.each([
    ["an hour ago", { due_at: new Date(2026, 10, 24, 11).toISOString(), due_on: null, done_at: null }, true],
    ["today", { due_at: null, due_on: "2026-11-24", done_at: null }, false],
    ["yesterday", { due_at: null, due_on: "2026-11-23", done_at: null }, true],
    ["done", { due_at: null, due_on: "2026-11-23", done_at: "2026-11-23T12:00:00.000Z" }, false],
  ])("%s", (_, item, want) => expect(isLate(item, now)).toBe(want));
});
