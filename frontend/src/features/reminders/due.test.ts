import { describe, expect, it } from "vitest";
import { dueAt, longestLook, snoozeUntil, untilNext } from "./due";

const at = (minutes: number) => new Date(Date.UTC(2026, 10, 24, 16, minutes)).toISOString();
const now = Date.parse(at(30));
const reminder = (id: string, minutes: number) => ({ id, remind_at: at(minutes) });

describe("dueAt", () => {
  it("lists what is due, the longest overdue first, and at the very instant", () => {
    const list = [reminder("later", 31), reminder("now", 30), reminder("old", -600)];
    expect(dueAt(list, now).map(({ id }) => id)).toEqual(["old", "now"]);
  });
});

describe("untilNext", () => {
  it("wakes when the next one is due", () => {
    const soon = { id: "a", remind_at: new Date(now + 4000).toISOString() };
    expect(untilNext([reminder("due", 29), soon, reminder("b", 50)], now)).toBe(4000);
  });
  it("never looks away for long, so that a computer that slept is noticed", () => {
    expect(untilNext([reminder("a", 59)], now)).toBe(longestLook);
    expect(untilNext([], now)).toBe(longestLook);
  });
});

describe("snoozeUntil", () => {
  const local = new Date(2026, 11, 31, 23, 50);
  it.each([
    { snooze: "minutes15" as const, want: new Date(2027, 0, 1, 0, 5) },
    { snooze: "hour" as const, want: new Date(2027, 0, 1, 0, 50) },
    { snooze: "tomorrow" as const, want: new Date(2027, 0, 1, 9) },
  ])("$snooze", ({ snooze, want }) => expect(snoozeUntil(snooze, local)).toEqual(want));
});
