import { ActionIcon } from "@mantine/core";
import {
  type Icon,
  IconArrowRight,
  IconFileText,
  IconFlame,
  IconPencil,
  IconProgress,
  IconTrash,
  IconUser,
} from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import { useMe } from "@/shared/api/me";
import type { Prospect, TimelineItem } from "@/shared/api/types";
import { KindIcon } from "@/shared/prospect/KindIcon";
import { timelineQuery } from "@/shared/prospect/prospect-queries";
import { useProspectChange } from "@/shared/prospect/use-prospect-change";
import { Lines } from "@/shared/ui/Lines";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import classes from "./Timeline.module.css";
import { datum, isPlanned, timelineLines } from "./timeline-lines";
import { useTimelineText } from "./use-timeline-text";

/** Height of a line without a body, in pixels; the rest is measured. */
const usualHeight = 44;

/** What happened, newest first. */
export function Timeline({ prospect }: { prospect: Prospect }) {
  const { t } = useTranslation("prospects");
  const query = useInfiniteQuery(timelineQuery(prospect.id));
  const lines = timelineLines(query.data?.pages.flatMap(({ items }) => items) ?? [], prospect.next?.id);
  return (
    <Lines
      label={t("line.title")}
      keys={lines.map(({ id }) => id)}
      query={query}
      height={usualHeight}
      empty={t("line.none")}
    >
      {(index) => {
        const line = lines[index];
        return line === undefined ? null : <Line item={line} prospect={prospect} />;
      }}
    </Lines>
  );
}

const eventMarks: Record<string, Icon> = {
  assigned: IconUser,
  contact: IconPencil,
  temperature: IconFlame,
  stage: IconArrowRight,
  registered: IconFileText,
  enquired_again: IconFileText,
};

function Mark({ item }: { item: TimelineItem }) {
  if (item.type === "activity") return <KindIcon kind={item.kind} />;
  // A registration that says whose turn it was reads as an assignment.
  const kind = datum(item, "rule") === "" ? item.kind : "assigned";
  const Drawing = item.type === "submission" ? IconFileText : (eventMarks[kind] ?? IconProgress);
  return <Drawing size={16} stroke={1.6} aria-hidden />;
}

function Line({ item, prospect }: { item: TimelineItem; prospect: Prospect }) {
  const { t: common } = useTranslation();
  const { title, detail } = useTimelineText()(item);
  const planned = isPlanned(item);
  return (
    <div className={classes.entry} data-type={item.type} data-planned={planned}>
      <span className={classes.mark}>
        <Mark item={item} />
      </span>
      <p className={classes.title}>
        <span className={classes.what}>{title}</span>
        {item.type !== "activity" && detail !== "" && <span className={classes.aside}>{detail}</span>}
      </p>
      <p className={classes.meta}>
        <Remove item={item} prospect={prospect} />
        <span className={classes.author}>
          {item.author_name === "" ? common("program") : item.author_name}
        </span>
        <When item={item} planned={planned} />
      </p>
      {item.type === "activity" && detail !== "" && <p className={classes.body}>{detail}</p>}
    </div>
  );
}

function When({ item, planned }: { item: TimelineItem; planned: boolean }) {
  if (planned && item.due_at !== null) return <RelativeDate at={item.due_at} />;
  if (planned && item.due_on !== null) return <RelativeDate on={item.due_on} />;
  return <RelativeDate at={item.at} />;
}

/** Takes away something one logged oneself by mistake; it can be undone. */
function Remove({ item, prospect }: { item: TimelineItem; prospect: Prospect }) {
  const { t } = useTranslation("prospects");
  const { user } = useMe();
  const { mutate } = useProspectChange(prospect.id);
  if (item.type !== "activity" || item.author_id !== user.id || item.id.startsWith("draft-")) return null;
  const label = t("line.remove");
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={20}
      className={classes.remove ?? ""}
      aria-label={label}
      title={label}
      onClick={() =>
        mutate({
          message: t("line.removed"),
          send: () => answer(api.DELETE("/api/activities/{id}", { params: { path: { id: item.id } } })),
        })
      }
    >
      <IconTrash size={14} stroke={1.6} aria-hidden />
    </ActionIcon>
  );
}
