import { describe, expect, it } from "vitest";
import { dueAt, longestLook, toldBy, untilNext } from "./due";

const at = (minutes: number) => new Date(Date.UTC(2026, 10, 24, 16, minutes)).toISOString();
const now = Date.parse(at(30));
const reminder = (id: string, minutes: number) => ({ id, remind_at: at(minutes) });

describe("dueAt", () => {
  it("lists what is due, the longest overdue first, and at the very instant", () => {
    const list = [reminder("later", 31), reminder("now", 30), reminder("old", -600)];
    expect(dueAt(list, now).map(({ id }) => id)).toEqual(["old", "now"]);
  });
  it("keeps what was told of when the clock is set back", () => {
    const list = [reminder("told", 31), reminder("later", 40)];
    expect(dueAt(list, now, ({ id }) => id === "told").map(({ id }) => id)).toEqual(["told"]);
  });
});

describe("toldBy", () => {
  it("tells again at the second time, and not before", () => {
    const waits = { id: "a", remind_at: at(5), again_at: at(30) };
    expect(toldBy(waits, now - 1)).toEqual(waits);
    expect(toldBy(waits, now)).toEqual({ id: "a", remind_at: at(30), again_at: null });
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
