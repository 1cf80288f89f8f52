import { useTranslation } from "react-i18next";
import type { NextAction } from "@/shared/api/types";
import { daysBetween, parseDay } from "@/shared/lib/dates";
import { KindIcon } from "@/shared/prospect/KindIcon";
import { useWord } from "@/shared/prospect/use-word";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import { useNow } from "@/shared/ui/use-now";
import classes from "./ProspectList.module.css";

/** True once its instant, or the end of its day, has passed. */
export function isOverdue({ at, on }: NextAction, now: Date): boolean {
  if (at !== null) return new Date(at).getTime() < now.getTime();
  return on !== null && daysBetween(now, parseDay(on)) < 0;
}

/** The next action of a row: its kind as a drawing, and when. */
export function NextStep({ next }: { next: NextAction | null }) {
  const { t } = useTranslation("prospects");
  const word = useWord();
  const now = new Date(useNow());
  if (next === null) return <span className={classes.quiet}>{t("next.noneShort")}</span>;
  const overdue = isOverdue(next, now);
  const kind = word("kind", next.kind);
  return (
    <span
      className={classes.next}
      data-overdue={overdue}
      title={overdue ? t("next.overdue", { kind }) : kind}
    >
      <KindIcon kind={next.kind} label={kind} />
      {next.at !== null ? <RelativeDate at={next.at} /> : next.on !== null && <RelativeDate on={next.on} />}
    </span>
  );
}
