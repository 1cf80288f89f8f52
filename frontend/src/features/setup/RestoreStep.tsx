import { Button, Progress, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import { useRestoreState } from "@/shared/take-over/taking-over";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { faultSentence, fieldError } from "@/shared/ui/fault-sentence";
import classes from "./Setup.module.css";

type RestoreStepProps = { onBack: () => void; onReady: () => void };

/** Brings an office back from a sealed backup; this computer becomes its host. */
export function RestoreStep({ onBack, onReady }: RestoreStepProps) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const client = useQueryClient();
  const [path, setPath] = useState("");
  const [code, setCode] = useState("");
  const restore = useMutation({
    mutationFn: () =>
      answer(api.POST("/api/setup/restore", { body: { path: path.trim(), code: code.trim() } })),
    onSettled: () => client.invalidateQueries({ queryKey: ["setup", "restore"] }),
  });
  const state = useRestoreState();
  const isDone = state?.state === "done";
  useEffect(() => {
    if (isDone) onReady();
  }, [isDone, onReady]);
  if (state?.state === "running" || isDone) {
    return (
      <>
        <h1 className={classes.title}>{t("restore.running")}</h1>
        <Progress
          value={(100 * state.step) / Math.max(1, state.steps)}
          className={classes.bar}
          aria-label={t("restore.running")}
        />
        <p className={classes.why}>{t("restore.runningWhy")}</p>
      </>
    );
  }
  const errors = [fieldError(restore.error, "path"), fieldError(restore.error, "code")];
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        restore.mutate();
      }}
    >
      <h1 className={classes.title}>{t("restore.title")}</h1>
      <p className={classes.why}>{t("restore.why")}</p>
      <TextInput
        label={t("restore.path")}
        placeholder={t("restore.pathPlaceholder")}
        autoFocus
        spellCheck={false}
        value={path}
        onChange={({ currentTarget }) => setPath(currentTarget.value)}
        error={errors[0]}
      />
      <TextInput
        mt="md"
        label={t("restore.code")}
        description={t("restore.codeWhy")}
        autoComplete="off"
        spellCheck={false}
        value={code}
        onChange={({ currentTarget }) => setCode(currentTarget.value)}
        error={errors[1]}
      />
      {state?.state === "failed" && !restore.isPending && (
        <p className={classes.warning} role="alert">
          {faultSentence(state.problem)}
        </p>
      )}
      {errors.every((error) => error === undefined) && <ErrorNotice error={restore.error} />}
      <div className={classes.actions}>
        <Button variant="subtle" onClick={onBack}>
          {common("action.back")}
        </Button>
        <Button type="submit" loading={restore.isPending} disabled={path.trim() === "" || code.trim() === ""}>
          {t("restore.start")}
        </Button>
      </div>
    </form>
  );
}
