import { Button, VisuallyHidden } from "@mantine/core";
import { IconChevronDown, IconChevronUp, IconRefresh } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Lead } from "@/shared/api/types";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { faultSentence } from "@/shared/ui/fault-sentence";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import { Section } from "@/shared/ui/Section";
import table from "@/shared/ui/table.module.css";
import { showDone } from "@/shared/ui/undo-toast";
import classes from "./Health.module.css";
import { type StuckState, stuckLeadsQuery, useLeadDismissal, useLeadRetry } from "./health-queries";
import { LeadContents } from "./LeadContents";

/** Leads that stopped on their way, with why, what came, and what to do about it. Nothing is drawn when there are none. */
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
          {rows.map((lead, index) => (
            // The first that waits for a decision shows at once what there is to decide.
            <LeadRow key={lead.lead_id} lead={lead} unfolded={state === "held" && index === 0} />
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

function LeadRow({ lead, unfolded }: { lead: Lead; unfolded: boolean }) {
  const { t } = useTranslation("health");
  const { t: common } = useTranslation();
  const [open, setOpen] = useState(unfolded);
  const contents = useId();
  const tell = ({ state }: Lead) => {
    if (state !== "failed" && state !== "held") showDone(t("leads.through"));
  };
  const retry = useLeadRetry(tell);
  const dismissal = useLeadDismissal(t("leads.dismissed"));
  const form = lead.form_name === "" ? t("leads.noForm", { id: lead.lead_id }) : lead.form_name;
  const Chevron = open ? IconChevronUp : IconChevronDown;
  return (
    <>
      <tr className={open ? classes.unfolded : undefined}>
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
        <td className={`${table.end} ${classes.nowrap}`}>
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<Chevron size={16} aria-hidden />}
            aria-expanded={open}
            aria-controls={contents}
            aria-label={t(open ? "leads.hideOf" : "leads.showOf", { form })}
            onClick={() => setOpen(!open)}
          >
            {t(open ? "leads.hide" : "leads.show")}
          </Button>
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<IconRefresh size={16} />}
            loading={retry.isPending}
            onClick={() => retry.mutate(lead.lead_id)}
            aria-label={t("leads.retryOf", { form })}
          >
            {common("action.retry")}
          </Button>
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            loading={dismissal.isPending}
            onClick={() => dismissal.mutate(lead.lead_id)}
            aria-label={t("leads.dismissOf", { form })}
          >
            {t("leads.dismiss")}
          </Button>
        </td>
      </tr>
      {open && (
        <tr id={contents}>
          <td colSpan={4}>
            <LeadContents id={lead.lead_id} state={lead.state} />
          </td>
        </tr>
      )}
    </>
  );
}
