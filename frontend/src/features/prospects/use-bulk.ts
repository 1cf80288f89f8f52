import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { formatCount } from "@/shared/lib/text";
import { offerUndo, showDone, showError } from "@/shared/ui/undo-toast";
import { type BulkDeed, type BulkEnd, runBulk, undoBulk } from "./bulk-run";

/** Above this many, one is asked first. */
export const quietly = 50;

/** Runs a deed over many prospects: how far it is, how to stop it, and what was refused. */
export function useBulk(onDone: () => void) {
  const { t } = useTranslation("act");
  const client = useQueryClient();
  const [progress, setProgress] = useState<{ done: number; of: number } | null>(null);
  const [refused, setRefused] = useState<BulkEnd["refused"]>([]);
  const stopped = useRef(false);

  const refresh = () =>
    Promise.all(
      [["prospects"], ["prospect"], ["inbox"], ["bin"]].map((queryKey) =>
        client.invalidateQueries({ queryKey }),
      ),
    );
  const run = async (ids: readonly string[], deed: BulkDeed) => {
    stopped.current = false;
    setProgress({ done: 0, of: ids.length });
    try {
      const end = await runBulk(
        ids,
        deed,
        (done) => setProgress({ done, of: ids.length }),
        () => stopped.current,
      );
      say(end, ids.length);
      if (end.failure === undefined) onDone();
      else showError(end.failure);
    } finally {
      setProgress(null);
      void refresh();
    }
  };
  const say = (end: BulkEnd, of: number) => {
    if (end.failure !== undefined && end.txs.length === 0) return;
    const message =
      end.done < of
        ? t("bulk.stopped", { done: formatCount(end.changed), n: formatCount(of) })
        : end.changed === 0
          ? t("bulk.same")
          : t("bulk.done", { count: end.changed, n: formatCount(end.changed) });
    setRefused(end.refused);
    if (end.txs.length > 0) offerUndo(message, () => undoBulk(end.txs), undoBulk);
    else if (end.refused.length === 0) showDone(message);
  };
  const stop = () => {
    stopped.current = true;
  };
  return { run, stop, progress, refused, forgetRefused: () => setRefused([]) };
}
