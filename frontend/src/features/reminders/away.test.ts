import { describe, expect, it } from "vitest";
import { missedIn, noteAwake } from "./away";

function memory() {
  const values = new Map<string, string>();
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
  };
}

const minute = 60_000;
const start = Date.parse("2026-11-24T16:00:00.000Z");

describe("noteAwake", () => {
  it("knows of no absence the first time", () => expect(noteAwake(start, "ana", memory())).toBeNull());
  it("takes a minute for the usual beat", () => {
    const kept = memory();
    noteAwake(start, "ana", kept);
    expect(noteAwake(start + minute, "ana", kept)).toBeNull();
  });
  it("tells how long the computer slept or the program was closed, once", () => {
    const kept = memory();
    noteAwake(start, "ana", kept);
    expect(noteAwake(start + 480 * minute, "ana", kept)).toEqual({ from: start, to: start + 480 * minute });
    expect(noteAwake(start + 481 * minute, "ana", kept)).toBeNull();
  });
  it("takes a clock that was set back for no absence, nor the time until it has caught up", () => {
    const kept = memory();
    noteAwake(start, "ana", kept);
    expect(noteAwake(start - 180 * minute, "ana", kept)).toBeNull();
    expect(noteAwake(start - 179 * minute, "ana", kept)).toBeNull();
  });
  it("tells people apart, and survives a spoiled memory", () => {
    const kept = memory();
    noteAwake(start, "ana", kept);
    expect(noteAwake(start + 480 * minute, "beto", kept)).toBeNull();
    kept.setItem("sitegroup.awake.ana", "mañana");
    expect(noteAwake(start + 480 * minute, "ana", kept)).toBeNull();
  });
});

describe("missedIn", () => {
  const away = { from: start, to: start + 10 * minute };
  const at = (minutes: number) => new Date(start + minutes * minute).toISOString();
  const reminder = (minutes: number) => ({ id: "a", remind_at: at(minutes), again_at: null });
  const never = () => undefined;
  it.each([
    [-1, 0],
    [0, 0],
    [1, 1],
    [10, 1],
    [11, 0],
  ])("%d minutes after it began: %d", (minutes, want) =>
    expect(missedIn([reminder(minutes)], away, never)).toHaveLength(want),
  );
  it("names one that is told twice by its second time, as the bell does", () => {
    const twice = { id: "a", remind_at: at(-5), again_at: at(5) };
    expect(missedIn([twice], away, never)).toEqual([{ id: "a", remind_at: at(5), again_at: null }]);
  });
  it("leaves out what somebody was told of before, and not what the page has told on waking", () => {
    expect(missedIn([reminder(5)], away, () => away.from)).toEqual([]);
    expect(missedIn([reminder(5)], away, () => away.to - 1)).toHaveLength(1);
  });
});
