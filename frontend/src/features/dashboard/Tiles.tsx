import { useTranslation } from "react-i18next";
import type { Dashboard } from "@/shared/api/types";
import { Count, type ListSearch } from "./Count";
import classes from "./Dashboard.module.css";

/** What matters most at a glance: what there is now, and what came of the period. */
export function Tiles({ data }: { data: Dashboard }) {
  const { t } = useTranslation("dashboard");
  const { from, to } = data;
  const tiles: { what: string; n: number; list: ListSearch }[] = [
    { what: t("now.waiting"), n: data.waiting.all, list: { unattended: true } },
    { what: t("now.open"), n: data.open, list: {} },
    { what: t("now.noNext"), n: data.no_next, list: { no_next: true } },
    { what: t("inPeriod.leads"), n: data.leads.leads, list: { lead_from: from, lead_to: to, open: "all" } },
    {
      what: t("inPeriod.attended"),
      n: data.attended,
      list: { attended_from: from, attended_to: to, open: "all" },
    },
    { what: t("inPeriod.won"), n: data.won, list: { status: "closed", ended_from: from, ended_to: to } },
    { what: t("inPeriod.lost"), n: data.lost, list: { status: "discarded", ended_from: from, ended_to: to } },
  ];
  return (
    <dl className={classes.tiles}>
      {tiles.map(({ what, n, list }) => (
        <div key={what} className={classes.tile}>
          <dt>{what}</dt>
          <dd>
            <Count n={n} what={what} list={list} large />
          </dd>
        </div>
      ))}
    </dl>
  );
}
