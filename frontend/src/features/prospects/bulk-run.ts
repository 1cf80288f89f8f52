import { AppError } from "@/shared/api/app-error";
import { answer, api } from "@/shared/api/client";
import type { BulkChange, BulkResult } from "@/shared/api/types";

/** What is done to each of many: a change of the API without the rows. */
export type BulkDeed = Omit<BulkChange, "ids">;

/** One transaction of a run, and how many prospects it changed. */
export type BulkStep = { tx_id: string; changed: number };

/** How a run ended. `steps` are its transactions in their order; undo takes them back from the last. */
export type BulkEnd = {
  changed: number;
  /** Rows that were looked at, changed or not. */
  done: number;
  steps: BulkStep[];
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
  const end: BulkEnd = { changed: 0, done: 0, steps: [], refused: [] };
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
    if (result.tx_id !== "") end.steps.push({ tx_id: result.tx_id, changed: result.changed });
    onProgress(end.done);
  }
  return end;
}

/** How a run was taken back. */
export type BulkBack = {
  /** Prospects that are as they were. */
  changed: number;
  /** The transactions that do it again, in the order in which these take them back. */
  steps: BulkStep[];
  /** Prospects whose step stays, because somebody has changed one of them since. */
  kept: number;
  /** What was not reached. */
  rest: BulkStep[];
  /** Why a step stays, or why the rest was not reached. */
  failure?: unknown;
};

type SendUndo = (tx_id: string) => Promise<{ tx_id: string }>;

const postUndo: SendUndo = (tx_id) => answer(api.POST("/api/undo", { body: { tx_id } }));

/**
 * Takes a run back, the last step first. A step that somebody has written over stays, whole; the others still go back. It ends
 * early when `isStopped` says so and when a step fails for another reason: then the rest can be taken back later.
 */
export async function undoBulk(
  steps: readonly BulkStep[],
  onProgress: (changed: number) => void = () => undefined,
  isStopped: () => boolean = () => false,
  send: SendUndo = postUndo,
): Promise<BulkBack> {
  const back: BulkBack = { changed: 0, steps: [], kept: 0, rest: [...steps] };
  while (!isStopped()) {
    const step = back.rest.at(-1);
    if (step === undefined) break;
    try {
      const { tx_id } = await send(step.tx_id);
      back.steps.push({ tx_id, changed: step.changed });
      back.changed += step.changed;
    } catch (thrown) {
      back.failure = thrown;
      if (!(thrown instanceof AppError && thrown.code === "undo.changed_since")) return back;
      back.kept += step.changed;
    }
    back.rest.pop();
    onProgress(back.changed + back.kept);
  }
  return back;
}
