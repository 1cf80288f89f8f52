import { describe, expect, it } from "vitest";
import { dueFields, type PresetName, whenPresets } from "./when-presets";

const names = (now: Date) => whenPresets(now).map(({ name }) => name);
const at = (now: Date, wanted: PresetName) => whenPresets(now).find(({ name }) => name === wanted)?.at;

describe("whenPresets", () => {
  const tuesday = new Date(2026, 10, 24, 11, 30);

  it("offers all on a working morning", () => {
    expect(names(tuesday)).toEqual(["minutes10", "hour", "today17", "tomorrow9", "monday9"]);
  });
  it("hides what has passed", () => {
    expect(names(new Date(2026, 10, 24, 17, 0))).toEqual(["minutes10", "hour", "tomorrow9", "monday9"]);
  });
  it("does not offer Monday twice on a Sunday", () => {
    expect(names(new Date(2026, 10, 22, 11, 0))).not.toContain("monday9");
  });
  it("means the next Monday on a Monday", () => {
    expect(at(new Date(2026, 10, 23, 8, 0), "monday9")).toEqual(new Date(2026, 10, 30, 9));
  });
  it("crosses the month", () => {
    expect(at(new Date(2026, 10, 30, 8, 0), "tomorrow9")).toEqual(new Date(2026, 11, 1, 9));
  });
  it("counts minutes from now", () => {
    expect(at(tuesday, "minutes10")).toEqual(new Date(2026, 10, 24, 11, 40));
  });
});

describe("dueFields", () => {
  it("reminds at the instant", () => {
    const due_at = "2026-11-24T17:40:00.000Z";
    expect(dueFields({ due_at })).toEqual({ due_at, remind_at: due_at });
  });
  it("keeps a day a day", () =>
    expect(dueFields({ due_on: "2026-11-25" })).toEqual({ due_on: "2026-11-25" }));
});
