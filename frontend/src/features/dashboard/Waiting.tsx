import { useTranslation } from "react-i18next";
import type { Dashboard } from "@/shared/api/types";
import { Bar } from "./Bar";
import { Count } from "./Count";
import classes from "./Dashboard.module.css";
import { Panel } from "./Panel";

/** Steps of the response clock, as filters and as colours. */
export const clockSteps = [
  { step: "5", colour: "prompt", count: "within_5" },
  { step: "15", colour: "soon", count: "within_15" },
  { step: "60", colour: "late", count: "within_60" },
  { step: "older", colour: "critical", count: "over_60" },
] as const;

/** Who waits for a first call, by how long ago they asked. */
export function Waiting({ waiting }: { waiting: Dashboard["waiting"] }) {
  const { t } = useTranslation("dashboard");
  const most = Math.max(...clockSteps.map(({ count }) => waiting[count]));
  return (
    <Panel title={t("waiting.title")}>
      <table className={classes.rows}>
        <tbody>
          {clockSteps.map(({ step, colour, count }) => (
            <tr key={step}>
              <th scope="row">{t(`waiting.step.${step}`)}</th>
              <td className={classes.barCell}>
                <Bar n={waiting[count]} most={most} step={colour} />
              </td>
              <td className={classes.number}>
                <Count
                  n={waiting[count]}
                  what={`${t("now.waiting")}, ${t(`waiting.step.${step}`)}`}
                  list={{ unattended: true, age: step }}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
