import { Button } from "@mantine/core";
import { IconStopwatch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useIsAdmin } from "@/shared/api/me";
import type { ResponseTimes } from "@/shared/api/types";
import { ExportButton } from "@/shared/export/ExportButton";
import { useWord } from "@/shared/prospect/use-word";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { PageHeader } from "@/shared/ui/PageHeader";
import { type ClockName, ClockTable } from "./ClockTable";
import { Count, type ListSearch, SellerContext } from "./Count";
import classes from "./Dashboard.module.css";
import { responseQuery } from "./dashboard-queries";
import { type DashboardSearch, parseDashboardSearch } from "./dashboard-search";
import { Panel } from "./Panel";
import { PeriodChoice } from "./PeriodChoice";
import { ResponseTable } from "./ResponseTable";
import { SellerChoice } from "./SellerChoice";
import { useDay } from "./use-day";

/** Columns of the file that are chosen at first: what is timed, and nobody's phone. */
const exported = [
  "name",
  "seller",
  "form",
  "lead_at",
  "received_at",
  "attended_at",
  "minutes_lead",
  "minutes_lead_hours",
  "minutes_receipt",
  "minutes_receipt_hours",
] as const;

/** How soon leads are responded to: of the office, or of a seller's own; every number opens what it counts. */
export function ResponseScreen() {
  const { t } = useTranslation("dashboard");
  const isAdmin = useIsAdmin();
  const navigate = useNavigate();
  const search = useSearch({ from: "/respuesta" });
  const day = useDay();
  const { data, error, refetch } = useQuery(responseQuery(search));
  const show = (next: DashboardSearch) =>
    void navigate({ to: "/respuesta", search: parseDashboardSearch(next), replace: true });
  return (
    <SellerContext value={search.seller}>
      <PageHeader
        title={t("response.title")}
        note={data && t("response.note", { from: day(data.from), to: day(data.to) })}
        actions={
          <>
            {isAdmin && <SellerChoice search={search} onChange={show} />}
            <PeriodChoice search={search} shown={data} onChange={show} />
            {data !== undefined && (
              <ExportButton
                list="response"
                filter={{ from: data.from, to: data.to, seller: search.seller }}
                chosen={exported.filter((key) => data.has_hours || !key.endsWith("_hours"))}
              />
            )}
          </>
        }
      />
      <div className={classes.body}>
        <ErrorNotice error={error} onRetry={() => void refetch()} />
        {data !== undefined &&
          (data.all.leads === 0 ? (
            <Nothing onLonger={() => show({ ...search, period: "90d", from: "", to: "" })} />
          ) : (
            <Times data={data} isAdmin={isAdmin} />
          ))}
        {data !== undefined && <Notes data={data} isAdmin={isAdmin} />}
      </div>
    </SellerContext>
  );
}

function Nothing({ onLonger }: { onLonger: () => void }) {
  const { t } = useTranslation("dashboard");
  return (
    <EmptyState
      icon={<IconStopwatch size={32} stroke={1.4} />}
      title={t("response.empty.title")}
      hint={t("response.empty.hint")}
      action={
        <Button variant="default" onClick={onLonger}>
          {t("response.empty.action")}
        </Button>
      }
    />
  );
}

/** The leads of the period, without what is counted of them. */
const leadsOf = ({ from, to }: ResponseTimes): ListSearch => ({
  source: "leads",
  lead_from: from,
  lead_to: to,
  open: "all",
});

function Times({ data, isAdmin }: { data: ResponseTimes; isAdmin: boolean }) {
  const { t } = useTranslation("dashboard");
  const { all: total } = data;
  const leads = leadsOf(data);
  const clocks: readonly ClockName[] = data.has_hours
    ? ["lead", "lead_hours", "receipt", "receipt_hours"]
    : ["lead", "receipt"];
  const tiles: { what: "leads" | "answered" | "unanswered"; list: ListSearch }[] = [
    { what: "leads", list: leads },
    { what: "answered", list: { ...leads, attended: true } },
    { what: "unanswered", list: { ...leads, unattended: true } },
  ];
  return (
    <>
      <dl className={classes.tiles}>
        {tiles.map(({ what, list }) => (
          <div key={what} className={classes.tile}>
            <dt>{t(`response.${what}`)}</dt>
            <dd>
              <Count n={total[what]} what={t(`response.${what}`)} list={list} large />
            </dd>
          </div>
        ))}
      </dl>
      <div className={classes.grid}>
        <Panel title={t("response.clocks.title")} hint={t("response.clocks.hint")} wide>
          <ClockTable
            answers={total.times.filter(({ clock }) => clocks.some((shown) => shown === clock))}
            from={data.from}
            to={data.to}
          />
        </Panel>
        {isAdmin && (
          <ResponseTable
            title={t("response.sellers")}
            what={t("response.seller")}
            rows={data.sellers}
            clocks={clocks}
            nameOf={({ id, name }) => (id === "none" ? t("response.noSeller") : name)}
            listOf={({ id }) => ({ ...leads, seller: id })}
          />
        )}
        <ResponseTable
          title={t("response.forms")}
          what={t("response.form")}
          rows={data.forms}
          clocks={clocks}
          nameOf={({ id, name }) =>
            id === "none" ? t("response.noForm") : name === "" ? t("response.unnamed") : name
          }
          listOf={({ id }) => ({ ...leads, form: id })}
        />
      </div>
    </>
  );
}

/** What the clocks run by, and who is not among the numbers. */
function Notes({ data, isAdmin }: { data: ResponseTimes; isAdmin: boolean }) {
  const { t } = useTranslation("dashboard");
  const word = useWord();
  return (
    <div className={classes.notes}>
      <p className={classes.quiet}>
        {t(data.has_hours ? "response.hours" : "response.noHours")}
        {isAdmin && !data.has_hours && (
          <>
            {" "}
            <Link to="/ajustes/turnos" className={classes.more}>
              {t("response.setHours")}
            </Link>
          </>
        )}
      </p>
      <p className={classes.quiet}>{t("response.over")}</p>
      {data.untimed.length > 0 && (
        <p className={classes.quiet}>
          {t("response.untimed")}{" "}
          {data.untimed.map(({ id, leads }, n) => (
            <span key={id}>
              {n > 0 && " · "}
              {word("source", id)}{" "}
              <Count n={leads} what={word("source", id)} list={{ ...leadsOf(data), source: id }} />
            </span>
          ))}
        </p>
      )}
    </div>
  );
}
