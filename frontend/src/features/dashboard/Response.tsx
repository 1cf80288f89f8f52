import { useTranslation } from "react-i18next";
import type { Dashboard } from "@/shared/api/types";
import { Count, type ListSearch } from "./Count";
import classes from "./Dashboard.module.css";
import { durationParts } from "./duration";
import { Panel } from "./Panel";
import { clockSteps } from "./Waiting";

/** How soon the leads of the period were attended, by Meta's clock and by ours. */
export function Response({ data }: { data: Dashboard }) {
  const { t } = useTranslation("dashboard");
  const answered = data.answers.some(({ all }) => all > 0);
  return (
    <Panel title={t("answers.title")} hint={t("answers.hint")}>
      {answered ? (
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
              {data.answers.map((answers) => (
                <Clock key={answers.clock} answers={answers} from={data.from} to={data.to} />
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <p className={classes.quiet}>{t("answers.none")}</p>
      )}
    </Panel>
  );
}

type ClockProps = { answers: Dashboard["answers"][number]; from: string; to: string };

function Clock({ answers, from, to }: ClockProps) {
  const { t } = useTranslation("dashboard");
  const name = t(answers.clock === "receipt" ? "answers.receipt" : "answers.lead");
  const leads: ListSearch = { source: "leads", lead_from: from, lead_to: to, open: "all" };
  const { n, unit } = durationParts(answers.median ?? 0);
  const share = answers.all === 0 ? 0 : Math.round((100 * answers.within_5) / answers.all);
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className={classes.number}>
        <Count
          n={answers.all}
          text={t(`duration.${unit}`, { n })}
          what={`${t("answers.median")}, ${name}`}
          list={{ ...leads, attended: true }}
        />
      </td>
      {clockSteps.map(({ step, colour, count }) => (
        <td key={step} className={classes.number}>
          {step === "5" && <span className={classes.share}>{share} %</span>}
          <span className={classes.mark} data-step={colour} aria-hidden />
          <Count
            n={answers[count]}
            what={`${name}, ${t(`waiting.step.${step}`)}`}
            list={{ ...leads, answered: step, ...(answers.clock === "receipt" ? { clock: "receipt" } : {}) }}
          />
        </td>
      ))}
    </tr>
  );
}
