import { answer, api } from "@/shared/api/client";
import type { BulkChange, BulkResult } from "@/shared/api/types";

/** What is done to each of many: a change of the API without the rows. */
export type BulkDeed = Omit<BulkChange, "ids">;

/** How a run ended. `txs` are its transactions in their order; undo takes them back from the last. */
export type BulkEnd = {
  changed: number;
  /** Rows that were looked at, changed or not. */
  done: number;
  txs: string[];
  refused: BulkResult["refused"];
  /** Why it ended before all were looked at; what was done by then stands. Undefined where nothing failed. */
  failure?: unknown;
};

/** Sends one step. */
type Send = (change: BulkChange) => Promise<BulkResult>;

const post: Send = (body) => answer(api.POST("/api/prospects/changes", { body }));

/** Rows of one transaction. */
const step = 500;

/**
 * Changes any number of prospects: one transaction up to 500, more in steps of that, so that others can write in
 * between. `isStopped` is asked before each step; what was done by then stays and can be undone, also where a step fails.
 */
export async function runBulk(
  ids: readonly string[],
  deed: BulkDeed,
  onProgress: (done: number) => void,
  isStopped: () => boolean,
  send: Send = post,
): Promise<BulkEnd> {
  const end: BulkEnd = { changed: 0, done: 0, txs: [], refused: [] };
  while (end.done < ids.length && !isStopped()) {
    const some = ids.slice(end.done, end.done + step);
    let result: BulkResult;
    try {
      result = await send({ ...deed, ids: some });
    } catch (thrown) {
      return { ...end, failure: thrown };
    }
    end.changed += result.changed;
    end.done += some.length;
    end.refused.push(...result.refused);
    if (result.tx_id !== "") end.txs.push(result.tx_id);
    onProgress(end.done);
  }
  return end;
}

/** Takes a run back, the last step first; returns the transactions that do it again. */
export async function undoBulk(txs: readonly string[]): Promise<string[]> {
  const back: string[] = [];
  for (const tx_id of [...txs].reverse()) {
    back.push((await answer(api.POST("/api/undo", { body: { tx_id } }))).tx_id);
  }
  return back;
}
