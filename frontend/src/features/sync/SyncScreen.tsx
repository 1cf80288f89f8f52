import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { currentLanguage } from "@/locales/i18n";
import { useIsAdmin } from "@/shared/api/me";
import { useSync } from "@/shared/api/sync";
import type { SyncStatus } from "@/shared/api/types";
import { BecomeHost } from "@/shared/take-over/BecomeHost";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { PageHeader } from "@/shared/ui/PageHeader";
import { Section } from "@/shared/ui/Section";
import { useNow } from "@/shared/ui/use-now";
import { ChangeTable } from "./ChangeTable";
import { changesQuery, officeSettle, ownSettle, refusalsQuery } from "./change-queries";
import classes from "./Sync.module.css";
import { adviceKey, inFull, minutesBehind, syncSentence } from "./sync-sentence";

/** How this computer stands with the office's others, and what became of what was written on it. */
export function SyncScreen() {
  const { t } = useTranslation("sync");
  const status = useSync();
  const isAdmin = useIsAdmin();
  return (
    <>
      <PageHeader title={t("title")} />
      <div className={classes.page}>
        {status !== undefined && <Standing status={status} />}
        {isAdmin && ["offline", "stopped"].includes(status?.state ?? "") && <BecomeHost />}
        {status?.role === "member" && <OwnChanges />}
        {isAdmin && <OfficeRefusals />}
      </div>
    </>
  );
}

function Standing({ status }: { status: SyncStatus }) {
  const { t } = useTranslation("sync");
  const now = new Date(useNow());
  const sentence = syncSentence(status, now, currentLanguage());
  const title = sentence === null ? t("alone") : String(t(sentence.key as never, sentence.args as never));
  const advice = adviceKey(status);
  return (
    <section className={classes.standing} data-level={sentence?.level ?? "quiet"} aria-label={t("title")}>
      <h2 className={classes.state}>{title}</h2>
      <p className={classes.advice}>{t(advice as never) as string}</p>
      {status.role === "member" && <Facts status={status} />}
    </section>
  );
}

function Facts({ status }: { status: SyncStatus }) {
  const { t, i18n } = useTranslation("sync");
  const language = currentLanguage();
  const behind = minutesBehind(status);
  return (
    <dl className={classes.facts}>
      {status.last_contact_at !== undefined && (
        <Fact word={t("fact.contact")}>{inFull(status.last_contact_at, language)}</Fact>
      )}
      {status.last_complete_at !== undefined && (
        <Fact word={t("fact.complete")}>{inFull(status.last_complete_at, language)}</Fact>
      )}
      {status.path !== "" && (
        <Fact word={t("fact.path")}>
          {t(`path.${status.path}`)} · {status.address}
        </Fact>
      )}
      {status.host_name !== "" && <Fact word={t("fact.host")}>{status.host_name}</Fact>}
      {status.pending > 0 && <Fact word={t("fact.pending")}>{status.pending}</Fact>}
      {status.held > 0 && <Fact word={t("fact.held")}>{t("fact.heldWhy", { count: status.held })}</Fact>}
      {behind !== 0 && (
        <Fact word={t("fact.clock")}>
          {t(behind > 0 ? "fact.clockBehind" : "fact.clockAhead", { count: Math.abs(behind) })}
        </Fact>
      )}
      {status.begun_anew !== undefined && (
        <Fact word={t("fact.anew")}>
          {t("fact.anewWhen", {
            count: status.begun_anew.count,
            at: inFull(status.begun_anew.at, language),
            why: i18n.exists(`anew.${status.begun_anew.reason}`, { ns: "sync" })
              ? (t(`anew.${status.begun_anew.reason}` as never) as string)
              : t("anew.other"),
          })}
        </Fact>
      )}
      {status.lease_until !== undefined && (
        <Fact word={t("fact.lease")}>{inFull(status.lease_until, language)}</Fact>
      )}
    </dl>
  );
}

function Fact({ word, children }: { word: string; children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{word}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function OwnChanges() {
  const { t } = useTranslation("sync");
  const changes = useQuery(changesQuery);
  const lines = (changes.data ?? []).map((change) => ({ ...change, by: change.by_name }));
  const refused = lines.filter(({ outcome }) => outcome === "refused");
  const superseded = lines.filter(({ outcome }) => outcome === "superseded");
  return (
    <>
      <ErrorNotice error={changes.error} onRetry={() => void changes.refetch()} />
      <Section title={t("refused.title")} hint={t("refused.hint")}>
        {refused.length === 0 ? (
          <p className={classes.none}>{t("refused.none")}</p>
        ) : (
          <ChangeTable
            label={t("refused.title")}
            lines={refused}
            settle={ownSettle}
            byTitle={t("changes.by")}
            withReason
          />
        )}
      </Section>
      <Section title={t("superseded.title")} hint={t("superseded.hint")}>
        {superseded.length === 0 ? (
          <p className={classes.none}>{t("superseded.none")}</p>
        ) : (
          <ChangeTable
            label={t("superseded.title")}
            lines={superseded}
            settle={ownSettle}
            byTitle={t("changes.by")}
            withReason={false}
          />
        )}
      </Section>
    </>
  );
}

/** What the host refused of everybody: somebody wrote it and meant it. Nothing is drawn when there is none. */
function OfficeRefusals() {
  const { t } = useTranslation("sync");
  const refusals = useQuery(refusalsQuery);
  const lines = (refusals.data ?? []).map((refusal) => ({ ...refusal, by: refusal.user_name }));
  if (lines.length === 0) return null;
  return (
    <Section title={t("office.title")} hint={t("office.hint")}>
      <ChangeTable
        label={t("office.title")}
        lines={lines}
        settle={officeSettle}
        byTitle={t("office.by")}
        withReason
      />
    </Section>
  );
}
