import { useTranslation } from "react-i18next";
import type { Dashboard } from "@/shared/api/types";
import { Count, type ListSearch } from "./Count";
import classes from "./Dashboard.module.css";
import { durationParts } from "./duration";
import { clockSteps } from "./Waiting";

/** How soon leads were responded to by one clock. */
export type Answers = Dashboard["answers"][number];

/** A clock that responses are timed by. */
export type ClockName = Answers["clock"];

/** The filter of lists by a clock: "lead" is what a list without one means. */
export function clockFilter(clock: ClockName): Pick<ListSearch, "clock"> {
  return clock === "lead" ? {} : { clock };
}

/** Whole per cent that were answered within five minutes. */
export function shareOf({ all, within_5 }: Answers): number {
  return all === 0 ? 0 : Math.round((100 * within_5) / all);
}

type ClockTableProps = {
  answers: Answers[];
  from: string;
  to: string;
  /** The medians come from sums and are rounded up. */
  rounded?: boolean;
};

/** The leads of a period by how soon they were responded to, a line for each clock. */
export function ClockTable({ answers, from, to, rounded = false }: ClockTableProps) {
  const { t } = useTranslation("dashboard");
  return (
    <div className={classes.scroll}>
      <table className={classes.rows}>
        <thead>
          <tr>
            <th scope="col">{t("answers.column")}</th>
            <th scope="col" className={classes.number}>
              {t("answers.median")}
            </th>
            {clockSteps.map(({ step }) => (
              <th key={step} scope="col" className={classes.number}>
                {t(`waiting.step.${step}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {answers.map((one) => (
            <Clock key={one.clock} answers={one} from={from} to={to} rounded={rounded} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

type ClockProps = { answers: Answers; from: string; to: string; rounded: boolean };

function Clock({ answers, from, to, rounded }: ClockProps) {
  const { t } = useTranslation("dashboard");
  const name = t(`response.clock.${answers.clock}`);
  const leads: ListSearch = { source: "leads", lead_from: from, lead_to: to, open: "all" };
  const { n, unit } = durationParts(answers.median ?? 0);
  const median = t(`duration.${unit}`, { n });
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className={classes.number}>
        <Count
          n={answers.all}
          text={answers.median === undefined ? "–" : rounded ? `≈ ${median}` : median}
          what={`${t("answers.median")}, ${name}`}
          list={{ ...leads, attended: true }}
        />
      </td>
      {clockSteps.map(({ step, colour, count }) => (
        <td key={step} className={classes.number}>
          {step === "5" && <span className={classes.share}>{shareOf(answers)} %</span>}
          <span className={classes.mark} data-step={colour} aria-hidden />
          <Count
            n={answers[count]}
            what={`${name}, ${t(`waiting.step.${step}`)}`}
            list={{ ...leads, answered: step, ...clockFilter(answers.clock) }}
          />
        </td>
      ))}
    </tr>
  );
}
