import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import { useMe } from "@/shared/api/me";
import type { Prospect } from "@/shared/api/types";
import { afterDone, type Done, draftItem, fulfils } from "./activity-draft";
import { useProspectChange } from "./use-prospect-change";
import { useWord } from "./use-word";
import { dueFields } from "./when-presets";

function body(done: Done) {
  const { kind, when } = done.next ?? {};
  return {
    ...(done.result === undefined ? {} : { result: done.result }),
    ...(done.body === undefined || done.body === "" ? {} : { body: done.body }),
    ...(done.templateId === undefined ? {} : { template_id: done.templateId }),
    ...(kind === undefined || when === undefined ? {} : { next: { kind, ...dueFields(when) } }),
  };
}

/** Writes down what was done. A planned step that it fulfils is closed by it instead of standing beside it. */
async function send(prospect: Prospect, done: Done): Promise<{ tx_id: string }> {
  const planned = fulfils(done, prospect.next, new Date());
  if (planned !== null) {
    const path = { id: planned.id };
    return answer(api.POST("/api/activities/{id}/done", { params: { path }, body: body(done) }));
  }
  const path = { id: prospect.id };
  return answer(
    api.POST("/api/prospects/{id}/activities", {
      params: { path },
      body: { kind: done.kind, done: true, ...body(done) },
    }),
  );
}

/** Logs what was done with this prospect, shown at once and undoable. The answer is whether it was saved; why not has been said. */
export function useActivityLog(prospect: Prospect): (done: Done) => Promise<boolean> {
  const { t } = useTranslation("prospects");
  const word = useWord();
  const { user } = useMe();
  const { mutateAsync } = useProspectChange(prospect.id);
  return (done) => {
    const now = new Date();
    const what = [word("kind", done.kind), word("result", done.result ?? "")].filter(Boolean).join(": ");
    return mutateAsync({
      message: t("logged", { what }),
      send: () => send(prospect, done),
      prospect: (known) => afterDone(known, done, now),
      card: (card) => afterDone(card, done, now),
      item: draftItem(done, user, now),
    }).then(
      () => true,
      () => false,
    );
  };
}
