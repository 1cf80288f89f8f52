import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Dashboard } from "@/shared/api/types";
import { useWord } from "@/shared/prospect/use-word";
import { Count, type ListSearch } from "./Count";
import classes from "./Dashboard.module.css";
import { Panel } from "./Panel";

const kinds = ["campaigns", "forms", "sources"] as const;
type Kind = (typeof kinds)[number];

const filterOf = { campaigns: "campaign", forms: "form", sources: "source" } as const;

/** Where the leads of the period came from, and what has become of them. */
export function Sources({ data }: { data: Dashboard }) {
  const { t } = useTranslation("dashboard");
  const [kind, setKind] = useState<Kind>("campaigns");
  const rows = data[kind];
  return (
    <Panel
      title={t("sources.title")}
      hint={t("sources.hint")}
      wide
      actions={
        <SegmentedControl
          size="xs"
          aria-label={t("sources.by")}
          value={kind}
          onChange={(value) => setKind(value as Kind)}
          data={kinds.map((value) => ({ value, label: t(`sources.${value}`) }))}
        />
      }
    >
      {rows.length === 0 ? (
        <p className={classes.quiet}>{t("sources.none")}</p>
      ) : (
        <div className={classes.scroll}>
          <table className={classes.rows}>
            <thead>
              <tr>
                <th scope="col">{t(`sources.${kind}`)}</th>
                {(["leads", "attended", "won", "lost"] as const).map((what) => (
                  <th key={what} scope="col" className={classes.number}>
                    {t(`inPeriod.${what}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={row.id} row={row} kind={kind} from={data.from} to={data.to} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

type RowProps = { row: Dashboard["forms"][number]; kind: Kind; from: string; to: string };

function Row({ row, kind, from, to }: RowProps) {
  const { t } = useTranslation("dashboard");
  const word = useWord();
  const unnamed =
    row.id !== "none" ? t("sources.unnamed") : t(kind === "forms" ? "sources.noForm" : "sources.noCampaign");
  const name = kind === "sources" ? word("source", row.id) : row.name === "" ? unnamed : row.name;
  const list: ListSearch = { [filterOf[kind]]: row.id, lead_from: from, lead_to: to, open: "all" };
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className={classes.number}>
        <Count n={row.leads} what={`${name}, ${t("inPeriod.leads")}`} list={list} />
      </td>
      <td className={classes.number}>
        <Count
          n={row.attended}
          what={`${name}, ${t("inPeriod.attended")}`}
          list={{ ...list, attended: true }}
        />
      </td>
      <td className={classes.number}>
        <Count n={row.won} what={`${name}, ${t("inPeriod.won")}`} list={{ ...list, status: "closed" }} />
      </td>
      <td className={classes.number}>
        <Count n={row.lost} what={`${name}, ${t("inPeriod.lost")}`} list={{ ...list, status: "discarded" }} />
      </td>
    </tr>
  );
}
