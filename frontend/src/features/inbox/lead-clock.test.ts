import { describe, expect, it } from "vitest";
import { officeWait } from "./lead-clock";

describe("officeWait", () => {
  const lead_at = "2026-11-03T23:00:00.000Z"; // five in the afternoon in Mexico City
  const response = {
    answered: false,
    has_hours: true,
    lead: 4 * 3600,
    lead_hours: 2 * 3600,
    receipt: 3600,
    receipt_hours: 0,
  };
  const wait = (open: boolean, changes_at: string | null, now: string) =>
    officeWait({ lead_at, response }, { open, changes_at }, Date.parse(now));
  it("stands while the office is closed, and runs on when it has opened", () => {
    const opens = "2026-11-04T15:00:00.000Z";
    expect(wait(false, opens, "2026-11-04T14:59:00.000Z")).toEqual({ lead: 7200, receipt: 0 });
    expect(wait(false, opens, "2026-11-04T15:04:00.000Z")).toEqual({ lead: 7440, receipt: 240 });
    expect(wait(false, null, "2026-11-09T15:04:00.000Z")).toEqual({ lead: 7200, receipt: 0 });
  });
  it("runs while the office works, and stands when it has closed", () => {
    const closes = "2026-11-04T04:00:00.000Z"; // an hour after the row was read
    expect(wait(true, closes, "2026-11-04T03:10:00.000Z")).toEqual({ lead: 7800, receipt: 600 });
    expect(wait(true, closes, "2026-11-04T09:00:00.000Z")).toEqual({ lead: 10_800, receipt: 3600 });
    expect(wait(true, null, "2026-11-04T04:30:00.000Z")).toEqual({ lead: 12_600, receipt: 5400 });
  });
  it("never runs backwards, whatever this computer's clock says", () =>
    expect(wait(true, null, "2026-11-04T02:00:00.000Z")).toEqual({ lead: 7200, receipt: 0 }));
});
