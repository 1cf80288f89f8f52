import { useTranslation } from "react-i18next";
import type { Dashboard } from "@/shared/api/types";
import { Bar } from "./Bar";
import { Count } from "./Count";
import classes from "./Dashboard.module.css";
import { Panel } from "./Panel";

/** Why prospects were discarded in the period. */
export function Reasons({ data }: { data: Dashboard }) {
  const { t } = useTranslation("dashboard");
  const most = Math.max(0, ...data.reasons.map(({ n }) => n));
  return (
    <Panel title={t("reasons.title")} hint={t("reasons.hint")}>
      {data.reasons.length === 0 ? (
        <p className={classes.quiet}>{t("reasons.none")}</p>
      ) : (
        <table className={classes.rows}>
          <tbody>
            {data.reasons.map(({ reason_id, name, n }) => (
              <tr key={reason_id}>
                <th scope="row">{name === "" ? t("reasons.unknown") : name}</th>
                <td className={classes.barCell}>
                  <Bar n={n} most={most} />
                </td>
                <td className={classes.number}>
                  <Count
                    n={n}
                    what={name === "" ? t("reasons.unknown") : name}
                    list={{
                      reason: reason_id,
                      status: "discarded",
                      ended_from: data.from,
                      ended_to: data.to,
                    }}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
