import { Button, Progress, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import { joinQuery } from "@/shared/api/setup";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { faultSentence, fieldError } from "@/shared/ui/fault-sentence";
import classes from "./Setup.module.css";

type JoinStepProps = { onBack: () => void; onReady: () => void };

/** How often joining is looked at, in ms. */
const glance = 500;

/** Makes this computer one of an office's: the invitation, the six digits, then everything arrives. */
export function JoinStep({ onBack, onReady }: JoinStepProps) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const client = useQueryClient();
  const [invitation, setInvitation] = useState("");
  const [device, setDevice] = useState("");
  const join = useMutation({
    mutationFn: () =>
      answer(
        api.POST("/api/setup/join", { body: { invitation: invitation.trim(), device_name: device.trim() } }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: joinQuery.queryKey }),
  });
  const giveUp = useMutation({
    mutationFn: () => answer(api.DELETE("/api/setup/join")),
    onSettled: () => client.invalidateQueries({ queryKey: joinQuery.queryKey }),
  });
  const state = useQuery({ ...joinQuery, refetchInterval: glance }).data;
  const isReady = state?.state === "ready";
  useEffect(() => {
    if (isReady) onReady();
  }, [isReady, onReady]);

  switch (state?.state) {
    case "connecting":
      return (
        <>
          <h1 className={classes.title}>{t("join.connecting")}</h1>
          <p className={classes.why}>{t("join.connectingWhy")}</p>
          <Cancel onCancel={() => giveUp.mutate()} />
        </>
      );
    case "waiting":
      return (
        <>
          <h1 className={classes.title}>{t("join.digits")}</h1>
          <p className={classes.digits} role="status">
            <span>{state.digits.slice(0, 3)}</span>
            <span>{state.digits.slice(3)}</span>
          </p>
          <p className={classes.why}>{t("join.digitsWhy")}</p>
          <Cancel onCancel={() => giveUp.mutate()} />
        </>
      );
    case "receiving":
    case "ready": {
      const { done, total } = state.progress ?? { done: 0, total: 0 };
      const part = total === 0 ? 0 : (100 * done) / total;
      return (
        <>
          <h1 className={classes.title}>{t("join.receiving", { office: state.office_name })}</h1>
          <Progress
            value={isReady ? 100 : part}
            className={classes.bar}
            aria-label={t("join.receiving", { office: state.office_name })}
          />
          <p className={classes.why}>
            {t("join.receivingWhy", { name: state.user_name, login: state.login })}
          </p>
        </>
      );
    }
  }
  const invitationError = fieldError(join.error, "invitation");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        join.mutate();
      }}
    >
      <h1 className={classes.title}>{t("join.title")}</h1>
      <p className={classes.why}>{t("join.why")}</p>
      <Textarea
        label={t("join.invitation")}
        placeholder="SG1-…"
        autoFocus
        autosize
        minRows={3}
        maxRows={8}
        spellCheck={false}
        className={classes.text}
        value={invitation}
        onChange={({ currentTarget }) => setInvitation(currentTarget.value)}
        error={invitationError}
      />
      <TextInput
        mt="md"
        label={t("join.device")}
        description={t("join.deviceWhy")}
        placeholder={t("join.devicePlaceholder")}
        maxLength={60}
        value={device}
        onChange={({ currentTarget }) => setDevice(currentTarget.value)}
      />
      {state?.state === "failed" && !join.isPending && (
        <p className={classes.warning} role="alert">
          {state.problem === "host.unreachable" ? t("join.unreachable") : faultSentence(state.problem)}
        </p>
      )}
      {invitationError === undefined && <ErrorNotice error={join.error} />}
      <div className={classes.actions}>
        <Button variant="subtle" onClick={onBack}>
          {common("action.back")}
        </Button>
        <Button type="submit" loading={join.isPending} disabled={invitation.trim() === ""}>
          {t("join.start")}
        </Button>
      </div>
    </form>
  );
}

function Cancel({ onCancel }: { onCancel: () => void }) {
  const { t } = useTranslation();
  return (
    <div className={classes.actions}>
      <Button variant="subtle" onClick={onCancel}>
        {t("action.cancel")}
      </Button>
    </div>
  );
}
