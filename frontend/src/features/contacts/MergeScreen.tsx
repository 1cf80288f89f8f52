import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { toAppError } from "@/shared/api/app-error";
import { answer, api } from "@/shared/api/client";
import { useShortcuts } from "@/shared/lib/keyboard";
import { saveKey } from "@/shared/lib/save-keys";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { PageHeader } from "@/shared/ui/PageHeader";
import { mergePreviewQuery } from "./contact-queries";
import { mergeIds } from "./contact-search";
import { MergeColumns } from "./MergeColumns";
import classes from "./MergeScreen.module.css";
import { MergeSellers } from "./MergeSellers";
import { firstDraft, type MergeDraft, mergeBody, needsSeller } from "./merge-draft";
import { PersonPicker } from "./PersonPicker";
import { useContactChange } from "./use-contact-change";
import { useMergeResult } from "./use-merge-result";

/** Two or three contacts side by side: who stays, which data hold, who follows up, and what will be kept. */
export function MergeScreen() {
  const { t } = useTranslation("contacts");
  const search = useSearch({ from: "/contactos/unir" });
  const ids = mergeIds(search);
  const query = useQuery(mergePreviewQuery(ids));
  const preview = ids.length > 1 && !isGone(query.error) ? query.data : undefined;
  const navigate = useNavigate();
  const { history } = useRouter();
  const [draft, setDraft] = useState<MergeDraft | null>(null);
  const chosen = preview === undefined ? null : (draft ?? firstDraft(preview));
  const result = useMergeResult();
  const { mutate, isPending } = useContactChange();
  const asked = search.peticion;
  const pick = (id: string) => {
    setDraft(null);
    void navigate({
      to: "/contactos/unir",
      search: { ...search, ids: [...ids, id].join(",") },
      replace: true,
    });
  };
  const ready = preview !== undefined && chosen !== null && !needsSeller(preview, chosen);
  const merge = () => {
    if (!ready || isPending) return;
    const body = mergeBody(preview, chosen);
    mutate({
      message: t("merge.done"),
      waiting: t("merge.waiting"),
      send: () =>
        asked === undefined
          ? answer(api.POST("/api/merges", { body }))
          : answer(api.POST("/api/merges/{id}/answer", { params: { path: { id: asked } }, body })),
      done: () => void navigate({ to: "/contactos/$id", params: { id: chosen.survivor }, replace: true }),
    });
  };
  const apart = () => {
    const contacts = ids.slice(0, 2);
    mutate({
      message: t("queue.apartDone"),
      send: () => answer(api.POST("/api/duplicates/dismiss", { body: { contacts } })),
      done: () => history.back(),
    });
  };
  const leave = () => history.back();
  useShortcuts({ Escape: leave });
  useMergeKey(merge);
  return (
    <>
      <PageHeader title={t("merge.title")} />
      <div className={classes.page}>
        <p className={classes.hint}>{ids.length < 2 ? t("merge.nobody") : t("merge.hint")}</p>
        <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
        {preview !== undefined && chosen !== null && (
          <>
            <MergeColumns preview={preview} draft={chosen} onChange={setDraft} />
            {preview.sellers.length > 1 && (
              <MergeSellers sellers={preview.sellers} draft={chosen} onChange={setDraft} />
            )}
          </>
        )}
        {ids.length < 3 && (
          <PersonPicker label={t(ids.length < 2 ? "merge.pick" : "merge.add")} not={ids} onPick={pick} />
        )}
        {preview !== undefined && (
          <p className={classes.result} role="status">
            {t("merge.result", { list: result(preview.counts) })}
          </p>
        )}
        {preview !== undefined && chosen !== null && needsSeller(preview, chosen) && (
          <p className={classes.hint}>{t("merge.sellerFirst")}</p>
        )}
        <div className={classes.actions}>
          <Button variant="default" onClick={leave}>
            {t("merge.cancel")}
          </Button>
          {ids.length === 2 && asked === undefined && (
            <Button variant="default" onClick={apart} disabled={preview === undefined}>
              {t("queue.apart")}
            </Button>
          )}
          <Button onClick={merge} disabled={!ready} loading={isPending} title={t("merge.doKey")}>
            {t("merge.do")}
          </Button>
        </div>
      </div>
    </>
  );
}

/** True once the program says that one of them is not there any more, or is one with another; a loss of connection says nothing. */
function isGone(error: unknown): boolean {
  return error !== null && ["contact.not_found", "merge.already"].includes(toAppError(error).code);
}

/** Ctrl+Enter or ⌘Enter merges, also from within a choice. */
function useMergeKey(merge: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (saveKey(event) !== "enter") return;
      event.preventDefault();
      merge();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  });
}
