import { describe, expect, it } from "vitest";
import { announcedAt, claimUnannounced, latestAnnounced, wasAnnounced } from "./announced";

function memory(initial?: string) {
  const values = new Map<string, string>();
  if (initial !== undefined) values.set("sitegroup.announced.ana", initial);
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
  };
}

const call = { id: "1", remind_at: "2026-11-24T16:00:00.000Z" };
const visit = { id: "2", remind_at: "2026-11-24T17:00:00.000Z" };

const told = Date.parse("2026-11-24T17:00:01.000Z");

describe("claimUnannounced", () => {
  it("announces no reminder twice, not even after the program was closed", () => {
    const kept = memory();
    expect(claimUnannounced([call], "ana", kept, told)).toEqual([call]);
    expect(claimUnannounced([call, visit], "ana", kept, told)).toEqual([visit]);
    expect(claimUnannounced([call, visit], "ana", kept, told)).toEqual([]);
  });
  it("announces a snoozed one again at its new time", () => {
    const kept = memory();
    claimUnannounced([call], "ana", kept, told);
    const snoozed = { ...call, remind_at: "2026-11-24T16:15:00.000Z" };
    expect(claimUnannounced([snoozed], "ana", kept, told)).toEqual([snoozed]);
  });
  it("does not take one person's for another's", () => {
    const kept = memory();
    claimUnannounced([call], "ana", kept, told);
    expect(claimUnannounced([call], "beto", kept, told)).toEqual([call]);
  });
  it("survives a memory that somebody spoiled", () => {
    expect(claimUnannounced([call], "ana", memory("{"), told)).toEqual([call]);
    expect(claimUnannounced([call], "ana", memory('"x"'), told)).toEqual([call]);
  });
});

describe("a clock that is set back", () => {
  it("takes back nothing that was told", () => {
    const kept = memory();
    claimUnannounced([call, visit], "ana", kept, told);
    expect(wasAnnounced(call, "ana", kept)).toBe(true);
    expect(wasAnnounced({ ...call, remind_at: visit.remind_at }, "ana", kept)).toBe(false);
    expect(latestAnnounced("ana", kept)).toBe(Date.parse(visit.remind_at));
    expect(latestAnnounced("beto", kept)).toBe(0);
  });
  it("knows when somebody was told, and of what an earlier version has told", () => {
    const kept = memory(JSON.stringify([`${call.id} ${call.remind_at}`]));
    claimUnannounced([call, visit], "ana", kept, told);
    expect(announcedAt(call, "ana", kept)).toBe(0);
    expect(announcedAt(visit, "ana", kept)).toBe(told);
    expect(announcedAt({ ...visit, remind_at: call.remind_at }, "ana", kept)).toBeUndefined();
  });
});
