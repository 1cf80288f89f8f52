import { ActionIcon } from "@mantine/core";
import { IconBrandWhatsapp, IconPhone } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useIsAdmin } from "@/shared/api/me";
import type { InboxCard, OfficeNow } from "@/shared/api/types";
import { useAssignedWhy } from "@/shared/prospect/use-assigned-why";
import { Phone } from "@/shared/ui/Phone";
import { Temperature } from "@/shared/ui/Temperature";
import classes from "./InboxRow.module.css";
import { LeadClock } from "./LeadClock";

type InboxRowProps = {
  id: string;
  row: InboxCard;
  office: OfficeNow | null;
  index: number;
  /** Measured by the list, in pixels. */
  start: number;
  height: number;
  active: boolean;
  onClick: () => void;
  onOpen: () => void;
  onCall: () => void;
  onChat: () => void;
};

/** One person who waits: who, from where, what they said, and for how long. */
export function InboxRow({ id, row, office, index, start, height, active, ...act }: InboxRowProps) {
  const { t } = useTranslation("inbox");
  const isAdmin = useIsAdmin();
  const name = row.name === "" ? t("nameless") : row.name;
  const from = [row.form_name, row.campaign_name].filter(Boolean).join(" · ");
  const why = useAssignedWhy()(row.assigned_why);
  const said = row.answers.map(({ values }) => values.join(", ")).filter(Boolean);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid around it handles keys for its active row
    // biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus and names its active row
    // biome-ignore lint/a11y/useSemanticElements: a table row cannot be placed by a virtual list
    <div
      id={id}
      role="row"
      aria-rowindex={index + 1}
      aria-selected={active}
      className={classes.row}
      style={{ height, transform: `translateY(${start}px)` }}
      onClick={act.onClick}
      onDoubleClick={act.onOpen}
    >
      {/* biome-ignore lint/a11y/useFocusableInteractive: as above */}
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div role="gridcell" className={classes.person}>
        <div className={classes.line}>
          <span className={classes.name}>{name}</span>
          <Temperature value={row.temperature} />
          {row.enquiries > 1 && <span className={classes.again}>{t("enquiry", { n: row.enquiries })}</span>}
          <span className={classes.age}>
            <LeadClock card={row} office={office} />
          </span>
        </div>
        <div className={classes.line}>
          <Phone e164={row.phone} />
          <span className={classes.from}>{from}</span>
          {isAdmin && (
            <span className={classes.seller} data-none={row.owner_id === ""} title={why?.reason}>
              {row.owner_id === "" ? t("noSeller") : row.owner_name}
            </span>
          )}
          {!isAdmin && why !== null && (
            <span className={classes.seller} title={t("why", { why: why.reason })}>
              {why.reason}
            </span>
          )}
        </div>
        <div className={classes.said}>{said.length === 0 ? t("noAnswers") : said.join(" · ")}</div>
      </div>
      {/* biome-ignore lint/a11y/useFocusableInteractive: as above */}
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div role="gridcell" className={classes.actions}>
        {row.phone !== "" && (
          <>
            <Reach icon="call" label={t("callPerson", { name })} onClick={act.onCall} />
            <Reach icon="chat" label={t("chatPerson", { name })} onClick={act.onChat} />
          </>
        )}
      </div>
    </div>
  );
}

type ReachProps = { icon: "call" | "chat"; label: string; onClick: () => void };

function Reach({ icon, label, onClick }: ReachProps) {
  const Mark = icon === "call" ? IconPhone : IconBrandWhatsapp;
  return (
    <ActionIcon
      variant="default"
      size={28}
      aria-label={label}
      title={label}
      onClick={(event) => {
        event.stopPropagation();
        onClick();
      }}
    >
      <Mark size={16} stroke={1.6} aria-hidden />
    </ActionIcon>
  );
}
