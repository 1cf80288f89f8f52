import { useEffect, useRef, useState } from "react";
import type { ExportJob } from "@/shared/api/types";
import { beginExport, cancelExport, type ExportAsk, exportState, fetchExport } from "./export-run";

/** How often progress is looked at, in milliseconds. */
const rest = 300;

const isOver = ({ state }: ExportJob) => ["done", "cancelled", "failed"].includes(state);

/** One export of this page: it goes on while the dialog is open, and is stopped with it. */
export type ExportRun = {
  job: ExportJob | null;
  error: Error | null;
  isStarting: boolean;
  start: (ask: ExportAsk, name: string) => void;
  stop: () => void;
  reset: () => void;
};

export function useExport(): ExportRun {
  const [job, setJob] = useState<ExportJob | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [isStarting, setStarting] = useState(false);
  const abort = useRef<AbortController | null>(null);
  const id = job !== null && !isOver(job) ? job.id : null;

  useEffect(() => {
    if (id === null) return;
    const timer = setInterval(() => {
      exportState(id).then(setJob, () => undefined); // the next look tells
    }, rest);
    return () => clearInterval(timer);
  }, [id]);
  // Whoever leaves the screen wants no file any more.
  useEffect(() => () => abort.current?.abort(), []);

  const begin = async (ask: ExportAsk, name: string) => {
    setError(null);
    setStarting(true);
    const control = new AbortController();
    abort.current = control;
    let begun: ExportJob | null = null;
    try {
      begun = await beginExport(ask);
      setJob(begun);
      await fetchExport(begun.id, name, control.signal);
      setJob(await exportState(begun.id));
    } catch (thrown) {
      const failure = thrown instanceof Error ? thrown : new Error(String(thrown));
      if (begun === null) setError(failure);
      else if (control.signal.aborted) setJob({ ...begun, state: "cancelled" });
      else {
        setError(failure);
        setJob({ ...begun, state: "failed" });
      }
    } finally {
      setStarting(false);
    }
  };
  return {
    job,
    error,
    isStarting,
    start: (ask, name) => void begin(ask, name),
    stop: () => {
      if (job === null) return;
      abort.current?.abort();
      cancelExport(job.id).catch(() => undefined); // it may be over by now
    },
    reset: () => {
      setJob(null);
      setError(null);
    },
  };
}
