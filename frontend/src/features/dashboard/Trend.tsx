import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { Dashboard } from "@/shared/api/types";
import { Count } from "./Count";
import classes from "./Dashboard.module.css";
import { Panel } from "./Panel";
import { useDay } from "./use-day";

/** The drawing comes with a library that no other screen needs. */
const TrendChart = lazy(async () => ({ default: (await import("./TrendChart")).TrendChart }));

/** What happened day by day, week by week or month by month: drawn, and as a table whose numbers open. */
export function Trend({ data }: { data: Dashboard }) {
  const { t } = useTranslation("dashboard");
  const day = useDay();
  const isDaily = data.step === "day";
  const nameOf = ({ from, to }: Dashboard["trend"][number]) =>
    isDaily ? day(from, true) : t("trend.range", { from: day(from, true), to: day(to) });
  return (
    <Panel title={t("trend.title")} hint={t("trend.hint")} wide>
      <div className={classes.chart} aria-hidden>
        <Suspense fallback={null}>
          <TrendChart steps={data.trend.map((step) => ({ ...step, name: day(step.from, true) }))} />
        </Suspense>
      </div>
      <details className={classes.details}>
        <summary>{t("trend.numbers")}</summary>
        <div className={classes.scroll}>
          <table className={classes.rows}>
            <thead>
              <tr>
                <th scope="col">
                  {t(isDaily ? "trend.day" : data.step === "week" ? "trend.week" : "trend.month")}
                </th>
                {(["leads", "attended", "won", "lost"] as const).map((what) => (
                  <th key={what} scope="col" className={classes.number}>
                    {t(`inPeriod.${what}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {data.trend.map((step) => {
                const { from, to } = step;
                const name = nameOf(step);
                return (
                  <tr key={from}>
                    <th scope="row">{name}</th>
                    <td className={classes.number}>
                      <Count
                        n={step.leads}
                        what={`${name}, ${t("inPeriod.leads")}`}
                        list={{ lead_from: from, lead_to: to, open: "all" }}
                      />
                    </td>
                    <td className={classes.number}>
                      <Count
                        n={step.attended}
                        what={`${name}, ${t("inPeriod.attended")}`}
                        list={{ attended_from: from, attended_to: to, open: "all" }}
                      />
                    </td>
                    <td className={classes.number}>
                      <Count
                        n={step.won}
                        what={`${name}, ${t("inPeriod.won")}`}
                        list={{ status: "closed", ended_from: from, ended_to: to }}
                      />
                    </td>
                    <td className={classes.number}>
                      <Count
                        n={step.lost}
                        what={`${name}, ${t("inPeriod.lost")}`}
                        list={{ status: "discarded", ended_from: from, ended_to: to }}
                      />
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      </details>
    </Panel>
  );
}
