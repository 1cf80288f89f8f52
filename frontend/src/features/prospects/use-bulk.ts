import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { formatCount } from "@/shared/lib/text";
import { showProgress } from "@/shared/ui/progress-toast";
import { beginUndoable, type Place, showDone, showError } from "@/shared/ui/undo-toast";
import { type BulkBack, type BulkDeed, type BulkEnd, type BulkStep, runBulk, undoBulk } from "./bulk-run";

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
    const place = beginUndoable(stop);
    setProgress({ done: 0, of: ids.length });
    try {
      const end = await runBulk(
        ids,
        deed,
        (done) => setProgress({ done, of: ids.length }),
        () => stopped.current,
      );
      say(end, ids.length, place);
      if (end.failure === undefined) onDone();
      else showError(end.failure);
    } finally {
      place.leave();
      setProgress(null);
      void refresh();
    }
  };
  const say = (end: BulkEnd, of: number, place: Place) => {
    if (end.failure !== undefined && end.steps.length === 0) return;
    const message =
      end.done < of
        ? t("bulk.stopped", { done: formatCount(end.changed), n: formatCount(of) })
        : end.changed === 0
          ? t("bulk.same")
          : t("bulk.done", { count: end.changed, n: formatCount(end.changed) });
    setRefused(end.refused);
    if (end.steps.length > 0) offer(place, message, end.steps);
    else if (end.refused.length === 0) showDone(message);
  };
  const offer = (place: Place, message: string, steps: BulkStep[]) =>
    place.offer({
      message,
      takeBack: () => takeBack(steps),
      again: (back: BulkBack) => takeBack(back.steps),
      told,
    });
  /** Takes steps back, telling how far it is where there are several. */
  const takeBack = async (steps: readonly BulkStep[]): Promise<BulkBack> => {
    const of = steps.reduce((sum, { changed }) => sum + changed, 0);
    const words = (done: number) => t("bulk.undoing", { done: formatCount(done), n: formatCount(of) });
    let isStopped = false;
    const toast =
      steps.length < 2
        ? null
        : showProgress(words(0), t("bulk.cancel"), () => {
            isStopped = true;
          });
    try {
      const back = await undoBulk(
        steps,
        (done) => toast?.update(words(done), done / of),
        () => isStopped,
      );
      if (back.changed === 0 && back.failure !== undefined) throw back.failure;
      if (back.rest.length > 0) {
        const message = t("bulk.undoStopped", { done: formatCount(back.changed), n: formatCount(of) });
        offer(beginUndoable(), message, back.rest);
      }
      if (back.rest.length > 0 && back.failure !== undefined) showError(back.failure);
      return back;
    } finally {
      toast?.close();
      void refresh();
    }
  };
  /** What to say of what was taken back; nothing where it has been said with the offer to take back the rest. */
  const told = ({ changed, kept, rest }: BulkBack): string | undefined => {
    if (rest.length > 0) return "";
    if (kept === 0) return undefined;
    return t("bulk.undoKept", { count: kept, n: formatCount(kept), done: formatCount(changed) });
  };
  const stop = () => {
    stopped.current = true;
  };
  return { run, stop, progress, refused, forgetRefused: () => setRefused([]) };
}
