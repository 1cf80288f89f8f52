import { describe, expect, it } from "vitest";
import type { SyncStatus } from "@/shared/api/types";
import { percent, syncSentence } from "./sync-sentence";

const member: SyncStatus = {
  role: "member",
  device_id: "d",
  state: "up_to_date",
  pending: 0,
  held: 0,
  refused: 0,
  superseded: 0,
  path: "lan",
  address: "192.0.2.1:8766",
  host_name: "Recepción",
  host_version: "1",
  problem: "",
  clock_skew_ms: 0,
  connected: 0,
  members: 0,
};
const now = new Date(2026, 10, 23, 12, 0);

describe("syncSentence", () => {
  const at = new Date(2026, 10, 23, 10, 42).toISOString();
  const before = new Date(2026, 10, 20, 9, 5).toISOString();
  const cases: [string, Partial<SyncStatus>, string | null, Record<string, string | number>][] = [
    ["one computer says nothing", { role: "host" }, null, {}],
    ["a seller at home", { path: "relay" }, "line.upToDateRelay", {}],
    [
      "a seller at home who writes",
      { path: "relay", state: "sending", pending: 2 },
      "line.sendingRelay",
      { count: 2 },
    ],
    ["a host counts", { role: "host", members: 4, connected: 3 }, "line.connected", { count: 3 }],
    ["a former host warns", { role: "host", state: "stopped" }, "line.superseded", {}],
    ["nothing waits", {}, "line.upToDate", {}],
    ["some wait for an update of the host", { held: 2 }, "line.held", { count: 2 }],
    ["three to send", { state: "sending", pending: 3 }, "line.sending", { count: 3 }],
    ["offline today", { state: "offline", since: at }, "line.offlineSince", { time: "10:42" }],
    ["offline for days", { state: "offline", since: before }, "line.offlineSince", { time: "20 nov 09:05" }],
    ["offline, nobody knows since when", { state: "offline" }, "line.offline", {}],
    ["receiving", { state: "receiving" }, "line.receiving", {}],
    [
      "receiving in part",
      { state: "receiving", progress: { done: 40, total: 100 } },
      "line.receivingPart",
      { percent: 40 },
    ],
    ["locked", { state: "locked" }, "line.locked", {}],
    ["too old", { state: "update_needed" }, "line.update", {}],
    ["the host does not listen", { state: "stopped" }, "line.stopped", {}],
  ];
  it.each(cases)("%s", (_name, change, key, args) => {
    const said = syncSentence({ ...member, ...change }, now, "es-MX");
    expect(said?.key ?? null).toBe(key);
    if (said !== null) expect(said.args).toEqual(args);
  });
});

describe("percent", () => {
  it.each([
    [0, 0, 0],
    [1, 3, 33],
    [999, 1000, 99],
    [5, 5, 99],
  ])("%i of %i is %i", (done, total, want) => {
    expect(percent({ done, total })).toBe(want);
  });
});
