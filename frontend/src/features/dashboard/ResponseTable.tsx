import { useTranslation } from "react-i18next";
import type { ResponseTimes } from "@/shared/api/types";
import { responseStep } from "@/shared/lib/dates";
import { type Answers, type ClockName, clockFilter, shareOf } from "./ClockTable";
import { Count, type ListSearch } from "./Count";
import classes from "./Dashboard.module.css";
import { durationParts } from "./duration";
import { Panel } from "./Panel";

/** How soon the leads of one seller, or of one form, were responded to. */
export type Responses = ResponseTimes["all"];

type ResponseTableProps = {
  title: string;
  /** What a line is: a seller, a form. */
  what: string;
  rows: Responses[];
  /** The clocks that are shown. */
  clocks: readonly ClockName[];
  nameOf: (row: Responses) => string;
  /** The list of a line, without what is counted in it. */
  listOf: (row: Responses) => ListSearch;
};

/** Lines with how many were answered, and how soon by each clock. */
export function ResponseTable({ title, what, rows, clocks, nameOf, listOf }: ResponseTableProps) {
  const { t } = useTranslation("dashboard");
  return (
    <Panel title={title} wide>
      <div className={classes.scroll}>
        <table className={classes.rows}>
          <thead>
            <tr>
              <th scope="col" rowSpan={2}>
                {what}
              </th>
              {(["leads", "answered", "unanswered"] as const).map((count) => (
                <th key={count} scope="col" rowSpan={2} className={classes.number}>
                  {t(`response.${count}`)}
                </th>
              ))}
              {clocks.map((clock) => (
                <th key={clock} scope="colgroup" colSpan={2} className={classes.clock}>
                  {t(`response.clock.${clock}`)}
                </th>
              ))}
            </tr>
            <tr>
              {clocks.flatMap((clock) =>
                (["median", "share"] as const).map((column) => (
                  <th key={`${clock} ${column}`} scope="col" className={classes.number}>
                    {t(`response.${column}`)}
                  </th>
                )),
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.id} row={row} name={nameOf(row)} list={listOf(row)} clocks={clocks} />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

type RowProps = { row: Responses; name: string; list: ListSearch; clocks: readonly ClockName[] };

function Row({ row, name, list, clocks }: RowProps) {
  const { t } = useTranslation("dashboard");
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className={classes.number}>
        <Count n={row.leads} what={`${name}, ${t("response.leads")}`} list={list} />
      </td>
      <td className={classes.number}>
        <Count
          n={row.answered}
          what={`${name}, ${t("response.answered")}`}
          list={{ ...list, attended: true }}
        />
      </td>
      <td className={classes.number}>
        <Count
          n={row.unanswered}
          what={`${name}, ${t("response.unanswered")}`}
          list={{ ...list, unattended: true }}
        />
      </td>
      {row.times
        .filter(({ clock }) => clocks.some((shown) => shown === clock))
        .map((answers) => (
          <Times key={answers.clock} name={name} answers={answers} list={list} />
        ))}
    </tr>
  );
}

/** The median and the share of five minutes by one clock; each opens whom it is of. */
function Times({ name, answers, list }: { name: string; answers: Answers; list: ListSearch }) {
  const { t } = useTranslation("dashboard");
  const clock = t(`response.clock.${answers.clock}`);
  if (answers.median === undefined) {
    return (
      <>
        <td className={classes.number}>–</td>
        <td className={classes.number}>–</td>
      </>
    );
  }
  const { n, unit } = durationParts(answers.median);
  return (
    <>
      <td className={classes.number}>
        <span className={classes.mark} data-step={responseStep(answers.median * 1000)} aria-hidden />
        <Count
          n={answers.all}
          text={t(`duration.${unit}`, { n })}
          what={`${name}, ${t("response.median")}, ${clock}`}
          list={{ ...list, attended: true }}
        />
      </td>
      <td className={classes.number}>
        <Count
          n={answers.within_5}
          text={`${shareOf(answers)} %`}
          what={`${name}, ${t("response.share")}, ${clock}`}
          list={{ ...list, answered: "5", ...clockFilter(answers.clock) }}
        />
      </td>
    </>
  );
}
