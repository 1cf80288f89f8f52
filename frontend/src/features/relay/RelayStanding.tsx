import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { RelayState } from "@/shared/api/types";
import facts from "@/shared/ui/facts.module.css";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import { Section } from "@/shared/ui/Section";
import { Signal } from "@/shared/ui/Signal";
import { showDone, showError } from "@/shared/ui/undo-toast";
import classes from "./Relay.module.css";
import { useRelay } from "./relay-queries";
import { minutesOff, problemWord, stateLevel } from "./relay-words";

/** Whether the relay is there, and what has come over it. */
export function RelayStanding({ relay, onChange }: { relay: RelayState; onChange: () => void }) {
  const { t } = useTranslation("relay");
  const { remove } = useRelay();
  const { state, problem, since, webhooks } = relay;
  const off = minutesOff(relay.clock_ms);
  return (
    <Section
      title={t("intro.title")}
      hint={t("intro.hint")}
      actions={
        <>
          <Button variant="default" onClick={onChange}>
            {t("action.change")}
          </Button>
          <Button
            variant="default"
            loading={remove.isPending}
            onClick={() =>
              remove.mutate(undefined, {
                onSuccess: () => showDone(t("action.removed")),
                onError: showError,
              })
            }
          >
            {t("action.remove")}
          </Button>
        </>
      }
    >
      <div className={classes.standing} role="status">
        <Signal level={stateLevel(state)} />
        <span>
          <span className={classes.state}>{t(`state.${state}`)}</span>
          {problem !== "" && state !== "linked" && (
            <span className={classes.problem}>{t(`problem.${problemWord(problem)}`)}</span>
          )}
          {state === "unprepared" && <span className={classes.problem}>{t("setup.codeFirst")}</span>}
        </span>
      </div>
      <dl className={facts.facts}>
        <Fact word={t("fact.address")}>{relay.address}</Fact>
        {since !== null && state === "linked" && (
          <Fact word={t("fact.since")}>
            <RelativeDate at={since} />
          </Fact>
        )}
        {since !== null && state === "offline" && (
          <Fact word={t("fact.offlineSince")}>
            <RelativeDate at={since} />
          </Fact>
        )}
        <Fact word={t("fact.lastCall")}>
          {webhooks.last_at === null ? t("fact.never") : <RelativeDate at={webhooks.last_at} />}
        </Fact>
        {webhooks.lead_at !== null && (
          <Fact word={t("fact.lastLead")}>
            <RelativeDate at={webhooks.lead_at} />
          </Fact>
        )}
        {webhooks.test_at !== null && (
          <Fact word={t("fact.lastTest")}>
            <RelativeDate at={webhooks.test_at} />
          </Fact>
        )}
        <Fact word={t("fact.waiting")}>{relay.waiting}</Fact>
        {webhooks.wrong > 0 && <Fact word={t("fact.wrong")}>{webhooks.wrong}</Fact>}
        {off > 0 && <Fact word={t("fact.clock")}>{t("fact.clockOff", { count: off })}</Fact>}
      </dl>
    </Section>
  );
}

function Fact({ word, children }: { word: string; children: ReactNode }) {
  return (
    <div>
      <dt>{word}</dt>
      <dd>{children}</dd>
    </div>
  );
}
