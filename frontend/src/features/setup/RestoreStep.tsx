import { Progress } from "@mantine/core";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { BackupForm } from "@/shared/take-over/BackupForm";
import { useRestoreState } from "@/shared/take-over/taking-over";
import { faultSentence } from "@/shared/ui/fault-sentence";
import classes from "./Setup.module.css";

type RestoreStepProps = { onBack: () => void; onReady: () => void };

/** Brings an office back from a sealed backup; this computer becomes its host. */
export function RestoreStep({ onBack, onReady }: RestoreStepProps) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
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
  return (
    <BackupForm
      start={t("restore.start")}
      leave={common("action.back")}
      onLeave={onBack}
      problem={state?.state === "failed" ? faultSentence(state.problem) : undefined}
    >
      <h1 className={classes.title}>{t("restore.title")}</h1>
      <p className={classes.why}>{t("restore.why")}</p>
    </BackupForm>
  );
}
