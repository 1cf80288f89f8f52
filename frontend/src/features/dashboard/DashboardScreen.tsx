import { Button } from "@mantine/core";
import { IconChartBar } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useIsAdmin } from "@/shared/api/me";
import type { Dashboard } from "@/shared/api/types";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { PageHeader } from "@/shared/ui/PageHeader";
import { SellerContext } from "./Count";
import classes from "./Dashboard.module.css";
import { dashboardQuery } from "./dashboard-queries";
import { type DashboardSearch, parseDashboardSearch } from "./dashboard-search";
import { Funnel } from "./Funnel";
import { Load } from "./Load";
import { PeriodChoice } from "./PeriodChoice";
import { Reasons } from "./Reasons";
import { Response } from "./Response";
import { SellerChoice } from "./SellerChoice";
import { Sources } from "./Sources";
import { Tiles } from "./Tiles";
import { Trend } from "./Trend";
import { useDay } from "./use-day";
import { Waiting } from "./Waiting";

/** The office in numbers, or a seller's own prospects; every number opens what it counts. */
export function DashboardScreen() {
  const { t } = useTranslation("dashboard");
  const isAdmin = useIsAdmin();
  const navigate = useNavigate();
  const search = useSearch({ from: "/tablero" });
  const day = useDay();
  const { data, error, refetch } = useQuery(dashboardQuery(search));
  const show = (next: DashboardSearch) =>
    void navigate({ to: "/tablero", search: parseDashboardSearch(next), replace: true });
  return (
    <SellerContext value={search.seller}>
      <PageHeader
        title={t("title")}
        note={data && t("note", { from: day(data.from), to: day(data.to) })}
        actions={
          <>
            {isAdmin && <SellerChoice search={search} onChange={show} />}
            <PeriodChoice search={search} shown={data} onChange={show} />
          </>
        }
      />
      <div className={classes.body}>
        <ErrorNotice error={error} onRetry={() => void refetch()} />
        {data !== undefined && (isEmpty(data) ? <Nothing /> : <Numbers data={data} isAdmin={isAdmin} />)}
      </div>
    </SellerContext>
  );
}

/** True for an office that has never had a prospect, as far as the period tells. */
function isEmpty({ open, leads, attended, won, lost }: Dashboard): boolean {
  return open + leads.leads + attended + won + lost === 0;
}

function Nothing() {
  const { t } = useTranslation("dashboard");
  return (
    <EmptyState
      icon={<IconChartBar size={32} stroke={1.4} />}
      title={t("empty.title")}
      hint={t("empty.hint")}
      action={
        <Button component={Link} to="/prospectos" variant="default">
          {t("empty.action")}
        </Button>
      }
    />
  );
}

function Numbers({ data, isAdmin }: { data: Dashboard; isAdmin: boolean }) {
  return (
    <>
      <Tiles data={data} />
      <div className={classes.grid}>
        <Waiting waiting={data.waiting} />
        <Response data={data} />
        <Trend data={data} />
        <Funnel stages={data.funnel} />
        <Reasons data={data} />
        <Sources data={data} />
        {isAdmin && <Load load={data.load} />}
      </div>
    </>
  );
}
