import { useTranslation } from "react-i18next";
import type { Dashboard } from "@/shared/api/types";
import { Bar } from "./Bar";
import { Count } from "./Count";
import classes from "./Dashboard.module.css";
import { Panel } from "./Panel";

/** What each seller has to do now. */
export function Load({ load }: { load: Dashboard["load"] }) {
  const { t } = useTranslation("dashboard");
  const most = Math.max(0, ...load.map(({ open }) => open));
  return (
    <Panel title={t("load.title")} wide>
      <div className={classes.scroll}>
        <table className={classes.rows}>
          <thead>
            <tr>
              <th scope="col">{t("load.seller")}</th>
              <th scope="col" colSpan={2} className={classes.number}>
                {t("load.open")}
              </th>
              <th scope="col" className={classes.number}>
                {t("load.waiting")}
              </th>
              <th scope="col" className={classes.number}>
                {t("load.noNext")}
              </th>
            </tr>
          </thead>
          <tbody>
            {load.map(({ owner_id, name, open, waiting, no_next }) => {
              const who = owner_id === "" ? t("seller.none") : name;
              const seller = owner_id === "" ? "none" : owner_id;
              return (
                <tr key={owner_id}>
                  <th scope="row">{who}</th>
                  <td className={classes.barCell}>
                    <Bar n={open} most={most} />
                  </td>
                  <td className={classes.number}>
                    <Count n={open} what={`${who}, ${t("load.open")}`} list={{ seller }} />
                  </td>
                  <td className={classes.number}>
                    <Count
                      n={waiting}
                      what={`${who}, ${t("load.waiting")}`}
                      list={{ seller, unattended: true }}
                    />
                  </td>
                  <td className={classes.number}>
                    <Count
                      n={no_next}
                      what={`${who}, ${t("load.noNext")}`}
                      list={{ seller, no_next: true }}
                    />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
