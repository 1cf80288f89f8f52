import { Button, VisuallyHidden } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Lead } from "@/shared/api/types";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { faultSentence } from "@/shared/ui/fault-sentence";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import { Section } from "@/shared/ui/Section";
import table from "@/shared/ui/table.module.css";
import { showDone, showError } from "@/shared/ui/undo-toast";
import classes from "./Health.module.css";
import { type StuckState, stuckLeadsQuery, useLeadRetry } from "./health-queries";

/** Leads that stopped on their way, with why and a button to try again. Nothing is drawn when there are none. */
export function StuckLeads({ state }: { state: StuckState }) {
  const { t } = useTranslation("health");
  const { t: common } = useTranslation();
  const leads = useInfiniteQuery(stuckLeadsQuery(state));
  const rows = leads.data?.pages.flatMap(({ items }) => items) ?? [];
  if (leads.error !== null) return <ErrorNotice error={leads.error} onRetry={() => void leads.refetch()} />;
  if (rows.length === 0) return null;
  return (
    <Section anchor={`leads-${state}`} title={t(`${state}.title`)} hint={t(`${state}.hint`)}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col" className={classes.first}>
              {t("leads.form")}
            </th>
            <th scope="col">{t("leads.sent")}</th>
            <th scope="col">{t("leads.why")}</th>
            <th scope="col">
              <VisuallyHidden>{common("action.retry")}</VisuallyHidden>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((lead) => (
            <LeadRow key={lead.lead_id} lead={lead} />
          ))}
        </tbody>
      </table>
      {leads.hasNextPage && (
        <Button
          variant="subtle"
          mt="sm"
          loading={leads.isFetchingNextPage}
          onClick={() => void leads.fetchNextPage()}
        >
          {t("leads.more")}
        </Button>
      )}
    </Section>
  );
}

function LeadRow({ lead }: { lead: Lead }) {
  const { t } = useTranslation("health");
  const { t: common } = useTranslation();
  const retry = useLeadRetry();
  const tell = ({ state }: Lead) => {
    if (state !== "failed" && state !== "held") showDone(t("leads.through"));
  };
  const form = lead.form_name === "" ? t("leads.noForm", { id: lead.lead_id }) : lead.form_name;
  return (
    <tr>
      <td>
        <span className={table.strong}>{form}</span>
      </td>
      <td className={classes.nowrap}>
        <RelativeDate at={lead.lead_at ?? lead.received_at} />
      </td>
      <td>
        {faultSentence(lead.problem, lead.problem_args)}
        {lead.next_try_at !== null && (
          <span className={classes.quiet}>
            {t("leads.attempts", { count: lead.attempts })} {t("leads.nextTry")}{" "}
            <RelativeDate at={lead.next_try_at} />.
          </span>
        )}
      </td>
      <td className={table.end}>
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconRefresh size={16} />}
          loading={retry.isPending}
          onClick={() => retry.mutate(lead.lead_id, { onSuccess: tell, onError: showError })}
          aria-label={t("leads.retryOf", { form })}
        >
          {common("action.retry")}
        </Button>
      </td>
    </tr>
  );
}
