import { describe, expect, it } from "vitest";
import type { BulkChange, BulkResult } from "@/shared/api/types";
import { runBulk } from "./bulk-run";

const ids = Array.from({ length: 1200 }, (_, n) => `p${n}`);

/** Changes all it is given, as one transaction after the other. */
function office(failsAt = -1) {
  const steps: number[] = [];
  const send = ({ ids: some }: BulkChange): Promise<BulkResult> => {
    if (steps.length === failsAt) return Promise.reject(new Error("gone"));
    steps.push(some.length);
    return Promise.resolve({ changed: some.length, refused: [], same: 0, tx_id: `tx${steps.length}` });
  };
  return { steps, send };
}

describe("runBulk", () => {
  it("goes in steps of 500 and tells how far it is", async () => {
    const { steps, send } = office();
    const told: number[] = [];
    const end = await runBulk(
      ids,
      { temperature: "hot" },
      (done) => told.push(done),
      () => false,
      send,
    );
    expect(steps).toEqual([500, 500, 200]);
    expect(told).toEqual([500, 1000, 1200]);
    expect(end).toEqual({ changed: 1200, done: 1200, txs: ["tx1", "tx2", "tx3"], refused: [] });
  });

  it("stops before the next step, and what was done can be undone", async () => {
    const { send } = office();
    let stopped = false;
    const end = await runBulk(
      ids,
      { temperature: "hot" },
      () => {
        stopped = true;
      },
      () => stopped,
      send,
    );
    expect(end).toEqual({ changed: 500, done: 500, txs: ["tx1"], refused: [] });
  });

  it("keeps what was done before a step failed", async () => {
    const { send } = office(1);
    const end = await runBulk(
      ids,
      { temperature: "hot" },
      () => undefined,
      () => false,
      send,
    );
    expect(end).toMatchObject({ changed: 500, done: 500, txs: ["tx1"] });
    expect(end.failure).toBeInstanceOf(Error);
  });
});
