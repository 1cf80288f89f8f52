import { describe, expect, it } from "vitest";
import type { SyncStatus } from "@/shared/api/types";
import { adviceKey, minutesBehind, percent, syncSentence } from "./sync-sentence";

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
  damaged: false,
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
    ["a clock that is wrong", { clock_skew_ms: -300_000 }, "line.clock", { count: 5 }],
    ["a clock that is a little wrong", { clock_skew_ms: 120_000 }, "line.upToDate", {}],
    ["what waits comes before the clock", { held: 1, clock_skew_ms: 300_000 }, "line.held", { count: 1 }],
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
    ["a copy that is damaged, even offline", { state: "offline", damaged: true }, "line.damaged", {}],
    ["what is locked cannot be helped otherwise", { state: "locked", damaged: true }, "line.locked", {}],
    ["a host's damage is told by its health", { role: "host", damaged: true }, null, {}],
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

describe("adviceKey", () => {
  const cases: [string, Partial<SyncStatus>, string][] = [
    ["up to date", {}, "advice.up_to_date"],
    ["a host", { role: "host" }, "advice.host"],
    ["a former host", { role: "host", state: "stopped", problem: "host.superseded" }, "advice.superseded"],
    ["nobody answers", { state: "offline", problem: "unreachable" }, "advice.offline"],
    ["a firewall", { state: "offline", problem: "firewall" }, "advice.firewall"],
    ["a firewall, and the relay goes", { path: "relay", problem: "firewall" }, "advice.firewallRelay"],
    [
      "the same while writing",
      { path: "relay", problem: "firewall", state: "sending" },
      "advice.firewallRelay",
    ],
    ["at home", { path: "relay" }, "advice.up_to_date"],
    ["turned away", { state: "stopped", problem: "unknown_device" }, "advice.unknown_device"],
    ["turned away for something new", { state: "stopped", problem: "other" }, "advice.stopped"],
    ["a clock that is wrong", { clock_skew_ms: 300_000 }, "advice.clock"],
    ["a copy that is damaged", { damaged: true }, "advice.damaged"],
    ["that with something unsent", { damaged: true, state: "offline", pending: 2 }, "advice.damagedPending"],
    ["that with something held", { damaged: true, held: 1 }, "advice.damagedPending"],
    ["one that was wiped", { damaged: true, state: "wiped" }, "advice.wiped"],
  ];
  it.each(cases)("%s", (_name, change, key) => expect(adviceKey({ ...member, ...change })).toBe(key));
});

describe("minutesBehind", () => {
  it.each([
    [0, 0],
    [120_000, 0],
    [150_000, 3],
    [-3_600_000, -60],
  ])("%d ms", (clock_skew_ms, minutes) => expect(minutesBehind({ ...member, clock_skew_ms })).toBe(minutes));
});
