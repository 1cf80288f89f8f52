import { describe, expect, it } from "vitest";
import { AppError } from "@/shared/api/app-error";
import type { BulkChange, BulkResult } from "@/shared/api/types";
import { runBulk, undoBulk } from "./bulk-run";

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
    expect(end).toEqual({
      changed: 1200,
      done: 1200,
      steps: [
        { tx_id: "tx1", changed: 500 },
        { tx_id: "tx2", changed: 500 },
        { tx_id: "tx3", changed: 200 },
      ],
      refused: [],
    });
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
    expect(end).toEqual({ changed: 500, done: 500, steps: [{ tx_id: "tx1", changed: 500 }], refused: [] });
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
    expect(end).toMatchObject({ changed: 500, done: 500, steps: [{ tx_id: "tx1", changed: 500 }] });
    expect(end.failure).toBeInstanceOf(Error);
  });
});

describe("undoBulk", () => {
  const steps = [500, 500, 200].map((changed, n) => ({ tx_id: `tx${n + 1}`, changed }));
  const changedSince = new AppError("undo.changed_since", {});
  const undo = (failing: Record<string, Error>) => (tx_id: string) =>
    failing[tx_id] === undefined ? Promise.resolve({ tx_id: `un-${tx_id}` }) : Promise.reject(failing[tx_id]);
  const never = () => false;

  it("goes from the last to the first and tells how far it is", async () => {
    const told: number[] = [];
    const back = await undoBulk(steps, (n) => told.push(n), never, undo({}));
    expect(told).toEqual([200, 700, 1200]);
    expect(back).toMatchObject({ changed: 1200, kept: 0, rest: [] });
    expect(back.steps.map(({ tx_id }) => tx_id)).toEqual(["un-tx3", "un-tx2", "un-tx1"]);
  });

  it("leaves a step that somebody has written over and takes the others back", async () => {
    const back = await undoBulk(steps, undefined, never, undo({ tx2: changedSince }));
    expect(back).toMatchObject({ changed: 700, kept: 500, rest: [] });
  });

  it("keeps what it has not reached, stopped or failed, to be taken back later", async () => {
    let asked = 0;
    const stopped = await undoBulk(steps, undefined, () => asked++ > 0, undo({}));
    expect(stopped).toMatchObject({ changed: 200, rest: steps.slice(0, 2) });
    const failed = await undoBulk(steps, undefined, never, undo({ tx2: new Error("gone") }));
    expect(failed).toMatchObject({ changed: 200, kept: 0, rest: steps.slice(0, 2) });
    expect(failed.failure).toBeInstanceOf(Error);
  });
});
