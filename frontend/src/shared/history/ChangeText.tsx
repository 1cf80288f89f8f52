import { IconArrowRight } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { HistoryLine } from "@/shared/api/types";
import classes from "./History.module.css";
import { useHistoryWords } from "./use-history-words";

/** From what to what, in one line; what a new row holds for a creation. */
export function ChangeText({ line }: { line: HistoryLine }) {
  const { t } = useTranslation("history");
  const { field, value, detail } = useHistoryWords();
  if (line.source === "audit") return <span className={classes.quiet}>{detail(line)}</span>;
  if (line.change === "changed") {
    const changed = line.fields[0];
    if (changed === undefined) return null;
    const from = value(changed.name, changed.from, line.entity);
    const to = value(changed.name, changed.to, line.entity);
    return (
      <span className={classes.change} data-outcome={line.outcome} title={`${from} → ${to}`}>
        <span className={classes.from}>{from}</span>
        <IconArrowRight size={14} stroke={1.6} aria-label="→" />
        <span className={classes.to}>{to}</span>
        {line.outcome !== "applied" && (
          <span className={classes.outcome}>{t(`outcome.${line.outcome}`)}</span>
        )}
      </span>
    );
  }
  const told = line.fields
    .filter(({ name }) => name !== "name" && name !== "raw")
    .map(({ name, to }) => `${field(name, line.entity)}: ${value(name, to, line.entity)}`);
  return (
    <span className={classes.quiet} title={told.join(" · ")}>
      {told.join(" · ")}
    </span>
  );
}
