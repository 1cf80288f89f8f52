import { useTranslation } from "react-i18next";
import type { Dashboard } from "@/shared/api/types";
import { Bar } from "./Bar";
import { Count } from "./Count";
import classes from "./Dashboard.module.css";
import { Panel } from "./Panel";

/** How many active prospects stand in each stage. */
export function Funnel({ stages }: { stages: Dashboard["funnel"] }) {
  const { t } = useTranslation("dashboard");
  const most = Math.max(0, ...stages.map(({ n }) => n));
  return (
    <Panel title={t("funnel.title")} hint={t("funnel.hint")}>
      <table className={classes.rows}>
        <tbody>
          {stages.map(({ stage_id, name, n }) => (
            <tr key={stage_id}>
              <th scope="row">{name}</th>
              <td className={classes.barCell}>
                <Bar n={n} most={most} />
              </td>
              <td className={classes.number}>
                <Count n={n} what={name} list={{ stage: stage_id }} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
