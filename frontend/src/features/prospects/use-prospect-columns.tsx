import { useTranslation } from "react-i18next";
import { useIsAdmin } from "@/shared/api/me";
import type { Card } from "@/shared/api/types";
import { useVocabulary } from "@/shared/api/vocabulary";
import { useWord } from "@/shared/prospect/use-word";
import { Age } from "@/shared/ui/Age";
import type { Column } from "@/shared/ui/data-table/columns";
import { Phone } from "@/shared/ui/Phone";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import { Stage } from "@/shared/ui/Stage";
import { Temperature } from "@/shared/ui/Temperature";
import { NextStep } from "./NextStep";
import classes from "./ProspectList.module.css";

/** How long it took to reach the person, or how long they have waited; days old leads show their date. */
function LeadAge({ card }: { card: Card }) {
  if (card.attended_at === null && card.status !== "discarded" && card.status !== "closed") {
    return <Age since={card.lead_at} />;
  }
  return (
    <span className={classes.quiet}>
      <RelativeDate at={card.lead_at} dayOnly />
    </span>
  );
}

/** One glance answers whom to call now and why. */
export function useProspectColumns(): Column<Card>[] {
  const { t } = useTranslation("prospects");
  const word = useWord();
  const isAdmin = useIsAdmin();
  const stages = useVocabulary()?.stages ?? [];
  return [
    {
      id: "name",
      header: t("column.name"),
      width: "minmax(160px, 2.2fr)",
      cell: (card) =>
        card.name === "" ? (
          <span className={classes.quiet}>{t("nameless")}</span>
        ) : (
          <span className={classes.name}>{card.name}</span>
        ),
    },
    { id: "phone", header: t("column.phone"), width: "112px", cell: (card) => <Phone e164={card.phone} /> },
    {
      id: "stage",
      header: t("column.stage"),
      width: "minmax(120px, 1.3fr)",
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
      minTableWidth: 960,
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
      width: "minmax(128px, 1.3fr)",
      cell: (card) => <NextStep next={card.next} />,
    },
    {
      id: "form",
      header: t("column.form"),
      width: "minmax(120px, 1.2fr)",
      minTableWidth: 1240,
      cell: (card) => <span className={classes.quiet}>{card.form_name}</span>,
    },
    { id: "age", header: t("column.age"), width: "84px", cell: (card) => <LeadAge card={card} /> },
    {
      id: "seller",
      header: t("column.seller"),
      width: "minmax(96px, 1fr)",
      hidden: !isAdmin,
      cell: (card) => (
        <span className={classes.quiet}>{card.owner_id === "" ? t("seller.none") : card.owner_name}</span>
      ),
    },
  ];
}
