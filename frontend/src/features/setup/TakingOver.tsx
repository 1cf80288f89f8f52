import { Button, Progress } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { currentLanguage } from "@/locales/i18n";
import { leaveSession } from "@/shared/api/session";
import { fullDate } from "@/shared/lib/dates";
import { ageOf, useRestoreState, watchTakeOver } from "@/shared/take-over/taking-over";
import { faultSentence } from "@/shared/ui/fault-sentence";
import classes from "./Setup.module.css";
import { SetupFrame } from "./SetupFrame";

/** Shows how this computer becomes the office's host, and what is to be done once it is. */
export function TakingOver() {
  const { t } = useTranslation("host");
  const { t: common } = useTranslation();
  const client = useQueryClient();
  const state = useRestoreState();
  const age = ageOf(state?.backup_at, new Date());
  /** What is open has changed, or has not: either way it is looked at anew. */
  const end = (signOut: boolean) => {
    if (signOut) leaveSession();
    watchTakeOver(false);
    void client.invalidateQueries();
  };
  if (state?.state === "done") {
    return (
      <SetupFrame step="restore" foot={common("product")}>
        <IconCircleCheck size={32} stroke={1.6} className={classes.done} aria-hidden />
        <h1 className={classes.title}>{t("done.title")}</h1>
        {state.problem !== "" && (
          <p className={classes.warning} role="alert">
            {faultSentence(state.problem)}
          </p>
        )}
        <p className={classes.why}>{t("done.why")}</p>
        {age !== null && (
          <p className={age === "ageOld" ? classes.warning : classes.why}>
            {t(`done.${age}`, { at: fullDate(new Date(state.backup_at ?? ""), currentLanguage(), true) })}
          </p>
        )}
        <ul className={classes.needs}>
          <li>{t("done.signIn")}</li>
          <li>{t("done.meta")}</li>
          <li>{t("done.backups")}</li>
        </ul>
        <div className={classes.actions}>
          <Button onClick={() => end(true)} autoFocus>
            {t("done.enter")}
          </Button>
        </div>
      </SetupFrame>
    );
  }
  if (state?.state === "failed" || state?.state === "idle") {
    return (
      <SetupFrame step="restore" foot={common("product")}>
        <h1 className={classes.title}>{t("failed.title")}</h1>
        <p className={classes.warning} role="alert">
          {faultSentence(state.problem)}
        </p>
        <p className={classes.why}>{t("failed.why")}</p>
        <div className={classes.actions}>
          <Button onClick={() => end(false)} autoFocus>
            {t("failed.back")}
          </Button>
        </div>
      </SetupFrame>
    );
  }
  return (
    <SetupFrame step="restore" foot={common("product")}>
      <h1 className={classes.title}>{t("running.title")}</h1>
      <Progress
        value={(100 * (state?.step ?? 0)) / Math.max(1, state?.steps ?? 1)}
        className={classes.bar}
        aria-label={t("running.title")}
      />
      <p className={classes.why}>{t("running.why")}</p>
    </SetupFrame>
  );
}
