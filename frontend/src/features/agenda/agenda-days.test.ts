import { afterEach, describe, expect, it, vi } from "vitest";
import {
  addDays,
  dayOf,
  daysOf,
  fold,
  instantAt,
  isLate,
  minuteOf,
  mondayOf,
  nudge,
  place,
  rangeOf,
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
  const lanes = (items: Parameters<typeof place>[0]) =>
    Object.fromEntries(place(items).map(({ item, lane, lanes }) => [item.id, `${lane}/${lanes}`]));
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
    const { shown, folded } = fold(place(["a", "b", "c", "d", "e"].map((id) => at(id, 9, 0))), 3);
    expect(shown.map(({ item, lane, lanes }) => [item.id, lane, lanes])).toEqual([
      ["a", 0, 3],
      ["b", 1, 3],
    ]);
    expect(folded).toEqual([{ group: 0, minute: 540, count: 3, lanes: 3 }]);
  });
  it("leaves out what has no time", () =>
    expect(place([{ id: "a", kind: "call", due_at: null }])).toEqual([]));
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
    [50, 600, 45],
    [-20, 600, 15],
    [300, 1380, 60],
    [15, 1439, 15],
  ])("%d from %d is %d", (length, minute, want) => expect(snapLength(length, minute)).toBe(want));
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
