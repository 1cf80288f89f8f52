import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { healthQuery } from "@/shared/api/counters";
import type { Health as HealthData } from "@/shared/api/types";
import { formatBytes, formatCount } from "@/shared/lib/text";
import { formsWait } from "@/shared/lib/token";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { PageHeader } from "@/shared/ui/PageHeader";
import { Section } from "@/shared/ui/Section";
import { Attention } from "./Attention";
import { FormPulls } from "./FormPulls";
import classes from "./Health.module.css";
import { StuckLeads } from "./StuckLeads";
import { TokenFacts } from "./TokenFacts";

/** Whether the office's machinery works, in words, with one thing to do about each fault. */
export function Health() {
  const { t } = useTranslation("health");
  const health = useQuery(healthQuery);
  return (
    <>
      <PageHeader title={t("title")} />
      <div className={classes.body}>
        <ErrorNotice error={health.error} onRetry={() => void health.refetch()} />
        {health.data !== undefined && (
          <>
            <Attention health={health.data} />
            <StuckLeads state="failed" />
            <StuckLeads state="held" />
            <TokenFacts token={health.data.token} />
            <FormPulls forms={health.data.forms} wait={formsWait(health.data.token.state)} />
            <Machine health={health.data} />
          </>
        )}
      </div>
    </>
  );
}

function Machine({ health }: { health: HealthData }) {
  const { t } = useTranslation("health");
  const { database, version } = health;
  const facts = [
    { word: t("machine.size"), value: formatBytes(database.bytes) },
    // −1: the system does not say.
    ...(database.path_bytes_free < 0
      ? []
      : [{ word: t("machine.free"), value: formatBytes(database.path_bytes_free) }]),
    { word: t("machine.sealed"), value: database.encrypted ? t("machine.yes") : t("machine.no") },
    { word: t("machine.changes"), value: formatCount(database.rev) },
    { word: t("machine.version"), value: version },
  ];
  return (
    <Section title={t("machine.title")} hint={t("machine.hint")}>
      <dl className={classes.facts}>
        {facts.map(({ word, value }) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
