import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { RelayState } from "@/shared/api/types";
import list from "@/shared/ui/checks.module.css";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { faultSentence } from "@/shared/ui/fault-sentence";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import { Section } from "@/shared/ui/Section";
import { Signal } from "@/shared/ui/Signal";
import { showDone } from "@/shared/ui/undo-toast";
import { CopyLine } from "./CopyLine";
import classes from "./Relay.module.css";
import { useRelay } from "./relay-queries";
import { allSteps, checkLevel, isToFix, knownCheck, type Step, verdict } from "./relay-words";

/** What Meta has to be told, the button that tells it, and each switch between a form and this office. */
export function RelaySwitches({ relay }: { relay: RelayState }) {
  const { t } = useTranslation("relay");
  const { subscribe, check } = useRelay();
  const steps = allSteps(relay);
  const tested = relay.checked_at !== null;
  return (
    <>
      <Section
        title={t("meta.title")}
        hint={t("meta.hint")}
        actions={
          <Button
            loading={subscribe.isPending}
            disabled={relay.state !== "linked"}
            onClick={() => subscribe.mutate(undefined, { onSuccess: () => showDone(t("action.subscribed")) })}
          >
            {t("action.subscribe")}
          </Button>
        }
      >
        <ErrorNotice error={subscribe.error} />
        <dl className={classes.copies}>
          <CopyLine word={t("meta.callback")} value={relay.callback_url} />
          <CopyLine word={t("meta.verify")} value={relay.verify_token} />
        </dl>
      </Section>
      <Section
        title={t("check.title")}
        hint={t(`check.${verdict(steps, tested)}`, { count: steps.filter(isToFix).length })}
        actions={
          <Button variant="default" loading={check.isPending} onClick={() => check.mutate(undefined)}>
            {t("action.check")}
          </Button>
        }
      >
        <ErrorNotice error={check.error} />
        <ul className={list.checks}>
          {steps.map((step) => (
            <Line key={`${step.code} ${step.page}`} step={step} tested={tested} />
          ))}
        </ul>
        {relay.checked_at !== null && (
          <p className={classes.quiet}>
            {t("check.at")} <RelativeDate at={relay.checked_at} />
          </p>
        )}
      </Section>
    </>
  );
}

function Line({ step, tested }: { step: Step; tested: boolean }) {
  const { t } = useTranslation("relay");
  const code = knownCheck(step.code);
  const { state, page, problem, ms, seen } = step;
  const advice = () => {
    if (state === "ok") {
      if (ms <= 0) return undefined;
      return ms < 100 ? t("check.tookNoTime") : t("check.took", { seconds: (ms / 1000).toFixed(1) });
    }
    if (code === undefined || problem === "meta.not_connected") return undefined; // the problem says what to do
    if (!seen && code !== "test_lead") return t(tested ? "check.unknown.noPage" : "check.unknown.unseen");
    return state === "unknown" ? t(`check.unknown.${code}`) : t(`check.${code}.fix`);
  };
  const words = advice();
  return (
    <li className={list.check}>
      <Signal level={checkLevel(step)} />
      <span>
        <span className={list.title}>
          {code === undefined ? t("check.other") : t(`check.${code}.title`)}
          {page !== "" && <span className={list.quiet}> · {page}</span>}
        </span>
        {problem !== "" && state !== "ok" && <span className={list.fix}>{faultSentence(problem)}</span>}
        {words !== undefined && <span className={list.fix}>{words}</span>}
      </span>
    </li>
  );
}
