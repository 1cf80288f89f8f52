import { describe, expect, it } from "vitest";
import { remindAt, remindOptions } from "./remind-options";

const now = new Date(2026, 10, 24, 11, 30);

describe("remindOptions", () => {
  it.each([
    ["tomorrow", new Date(2026, 10, 25, 17), ["at", "minutes10", "hour", "day", "never"]],
    ["in half an hour", new Date(2026, 10, 24, 12), ["at", "minutes10", "never"]],
    ["in five minutes", new Date(2026, 10, 24, 11, 35), ["at", "never"]],
    ["an hour ago", new Date(2026, 10, 24, 10, 30), ["never"]],
  ])("leaves out what has passed for something %s", (_, due, want) =>
    expect(remindOptions(due, "2026-11-24", now)).toEqual(want),
  );
  it("offers the morning of a day without a time, unless it is over", () => {
    expect(remindOptions(null, "2026-11-25", now)).toEqual(["morning", "never"]);
    expect(remindOptions(null, "2026-11-24", now)).toEqual(["never"]);
  });
});

describe("remindAt", () => {
  it.each([
    ["hour" as const, new Date(2026, 10, 25, 17), new Date(2026, 10, 25, 16)],
    ["at" as const, new Date(2026, 10, 25, 17), new Date(2026, 10, 25, 17)],
    ["morning" as const, null, new Date(2026, 10, 25, 9)],
  ])("%s", (name, due, want) =>
    expect(remindAt(name, due, "2026-11-25")).toEqual({ remind_at: want.toISOString() }),
  );
  it("is nothing for never", () => expect(remindAt("never", now, "2026-11-25")).toEqual({}));
});
