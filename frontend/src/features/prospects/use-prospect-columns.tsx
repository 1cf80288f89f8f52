import { useTranslation } from "react-i18next";
import { useIsAdmin } from "@/shared/api/me";
import type { Card } from "@/shared/api/types";
import { useVocabulary } from "@/shared/api/vocabulary";
import { ageParts, fullDate, minutesSince } from "@/shared/lib/dates";
import { useWord } from "@/shared/prospect/use-word";
import { TagChips } from "@/shared/tags/TagChips";
import { useTags } from "@/shared/tags/tag-queries";
import { Age } from "@/shared/ui/Age";
import type { Column } from "@/shared/ui/data-table/columns";
import { Phone } from "@/shared/ui/Phone";
import { PossibleDuplicate } from "@/shared/ui/PossibleDuplicate";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import { Stage } from "@/shared/ui/Stage";
import { Temperature } from "@/shared/ui/Temperature";
import { useNow } from "@/shared/ui/use-now";
import { NextStep } from "./NextStep";
import classes from "./ProspectList.module.css";

/** How old the lead is: by the response clock while the person waits, quietly after. */
export function LeadAge({ card }: { card: Card }) {
  const { t, i18n } = useTranslation();
  const now = new Date(useNow());
  if (card.attended_at === null && card.status !== "discarded" && card.status !== "closed") {
    return (
      <span className={classes.age}>
        <Age since={card.lead_at} />
      </span>
    );
  }
  const at = new Date(card.lead_at);
  const { value, unit } = ageParts(minutesSince(at, now));
  return (
    <time
      className={classes.quiet}
      dateTime={card.lead_at}
      title={fullDate(at, i18n.language === "en" ? "en" : "es-MX", true)}
    >
      {t(`age.${unit}`, { value })}
    </time>
  );
}

/** One glance answers whom to call now and why. */
export function useProspectColumns(): Column<Card>[] {
  const { t } = useTranslation("prospects");
  const word = useWord();
  const isAdmin = useIsAdmin();
  const { t: act } = useTranslation("act");
  const tags = useTags();
  const vocabulary = useVocabulary();
  const stages = vocabulary?.stages ?? [];
  const reasons = vocabulary?.reasons ?? [];
  return [
    {
      id: "name",
      header: t("column.name"),
      width: "minmax(160px, 2.2fr)",
      cell: (card) =>
        card.name === "" ? (
          <span className={classes.quiet}>{t("nameless")}</span>
        ) : (
          <span className={classes.name}>
            {card.name}
            {card.possible_duplicate && <PossibleDuplicate word={t("list.duplicate")} />}
          </span>
        ),
    },
    { id: "phone", header: t("column.phone"), width: "112px", cell: (card) => <Phone e164={card.phone} /> },
    {
      id: "stage",
      header: t("column.stage"),
      width: "minmax(156px, 1.3fr)",
      minTableWidth: 820,
      cell: (card) => {
        const stage = stages.find(({ id }) => id === card.stage_id);
        if (stage === undefined) return null;
        return <Stage name={stage.name} position={stages.indexOf(stage)} of={stages.length} />;
      },
    },
    {
      id: "status",
      header: t("column.status"),
      width: "minmax(104px, 1fr)",
      minTableWidth: 1180,
      cell: (card) => <span className={classes.quiet}>{word("status", card.status)}</span>,
    },
    {
      id: "temperature",
      header: t("column.temperatureShort"),
      width: "48px",
      cell: (card) => <Temperature value={card.temperature} />,
    },
    {
      id: "next",
      header: t("column.next"),
      width: "minmax(140px, 1.3fr)",
      minTableWidth: 660,
      cell: (card) => <NextStep next={card.next} />,
    },
    {
      id: "form",
      header: t("column.form"),
      width: "minmax(120px, 1.2fr)",
      minTableWidth: 1360,
      cell: (card) => <span className={classes.quiet}>{card.form_name}</span>,
    },
    {
      id: "tags",
      header: act("column.tags"),
      width: "minmax(100px, 1fr)",
      minTableWidth: 1180,
      hidden: tags.length === 0,
      cell: (card) => <TagChips ids={card.tags} />,
    },
    {
      id: "campaign",
      header: act("column.campaign"),
      width: "minmax(120px, 1fr)",
      hidden: true,
      cell: (card) => <span className={classes.quiet}>{card.campaign_name}</span>,
    },
    {
      id: "reason",
      header: act("column.reason"),
      width: "minmax(120px, 1fr)",
      hidden: true,
      cell: (card) => (
        <span className={classes.quiet}>{reasons.find(({ id }) => id === card.reason_id)?.name}</span>
      ),
    },
    {
      id: "activity",
      header: act("column.activity"),
      width: "minmax(96px, 1fr)",
      hidden: true,
      cell: (card) =>
        card.last_activity_at !== null && (
          <span className={classes.quiet}>
            <RelativeDate at={card.last_activity_at} />
          </span>
        ),
    },
    { id: "age", header: t("column.age"), width: "72px", cell: (card) => <LeadAge card={card} /> },
    {
      id: "seller",
      header: t("column.seller"),
      width: "minmax(120px, 1fr)",
      hidden: !isAdmin,
      minTableWidth: 960,
      cell: (card) => (
        <span className={classes.quiet}>{card.owner_id === "" ? t("seller.none") : card.owner_name}</span>
      ),
    },
  ];
}

/** The columns that a view has chosen, in its order; the usual ones for none. The name is always among them. */
export function chosenColumns(all: readonly Column<Card>[], chosen: readonly string[]): Column<Card>[] {
  if (chosen.length === 0) return [...all];
  const names = chosen.includes("name") ? chosen : ["name", ...chosen];
  return names.flatMap((name) => {
    const column = all.find(({ id }) => id === name);
    if (column === undefined || (name === "seller" && column.hidden)) return [];
    const { hidden: _, minTableWidth: __, ...shown } = column;
    return [shown];
  });
}
