import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Dashboard } from "@/shared/api/types";
import { ClockTable } from "./ClockTable";
import classes from "./Dashboard.module.css";
import { parseDashboardSearch } from "./dashboard-search";
import { Panel } from "./Panel";

/** How soon the leads of the period were attended, by Meta's clock and by ours. */
export function Response({ data }: { data: Dashboard }) {
  const { t } = useTranslation("dashboard");
  const answered = data.answers.some(({ all }) => all > 0);
  return (
    <Panel
      title={t("answers.title")}
      hint={t("answers.hint")}
      actions={
        <Link to="/respuesta" search={(shown) => parseDashboardSearch(shown)} className={classes.more}>
          {t("answers.more")}
        </Link>
      }
    >
      {answered ? (
        <ClockTable answers={data.answers} from={data.from} to={data.to} rounded />
      ) : (
        <p className={classes.quiet}>{t("answers.none")}</p>
      )}
    </Panel>
  );
}
