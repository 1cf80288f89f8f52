import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { AppError } from "@/shared/api/app-error";
import { useIsAdmin } from "@/shared/api/me";
import type { HistoryLine, TimelineItem } from "@/shared/api/types";
import { Lines } from "@/shared/ui/Lines";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import { ChangeText } from "./ChangeText";
import classes from "./History.module.css";
import { eventPages, historyPages } from "./history-queries";
import { RestoreDialog } from "./RestoreDialog";
import { useHistoryWords } from "./use-history-words";

/** Height of a line that tells of one change, in pixels; the rest is measured. */
const usualHeight = 56;

type ProspectChangesProps = {
  prospect: string;
  /** Puts an event into words, as the timeline does. */
  eventText: (item: TimelineItem) => { title: string; detail: string };
};

/**
 * What changed on a prospect. An administrator reads the office's log, which the host keeps; a seller, and an administrator whose
 * computer does not reach the host, reads the events that are here.
 */
export function ProspectChanges({ prospect, eventText }: ProspectChangesProps) {
  const isAdmin = useIsAdmin();
  const { t } = useTranslation("history");
  const log = useInfiniteQuery({ ...historyPages({ prospect }), enabled: isAdmin });
  const away = log.error instanceof AppError && log.error.code === "host.unreachable";
  if (!isAdmin || away) {
    return <Events prospect={prospect} eventText={eventText} note={away ? t("prospect.local") : undefined} />;
  }
  const lines = log.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Lines
      label={t("prospect.label")}
      keys={lines.map(({ id }) => id)}
      query={log}
      height={usualHeight}
      empty={t("prospect.none")}
    >
      {(index) => {
        const line = lines[index];
        return line === undefined ? null : <Change line={line} seen={lines[0]?.id ?? ""} />;
      }}
    </Lines>
  );
}

function Events({ prospect, eventText, note }: ProspectChangesProps & { note: string | undefined }) {
  const { t } = useTranslation("history");
  const { t: common } = useTranslation();
  const events = useInfiniteQuery(eventPages(prospect));
  const items = events.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Lines
      label={t("prospect.label")}
      keys={items.map(({ id }) => id)}
      query={events}
      height={usualHeight}
      empty={t("prospect.none")}
      note={note}
    >
      {(index) => {
        const item = items[index];
        if (item === undefined) return null;
        const { title, detail } = eventText(item);
        return (
          <div className={classes.entry}>
            <p className={classes.what}>
              <span className={classes.title}>{title}</span>
            </p>
            <p className={classes.meta}>
              <span>{item.author_name === "" ? common("program") : item.author_name}</span>
              <RelativeDate at={item.at} />
            </p>
            {detail !== "" && <div className={`${classes.body} ${classes.quiet}`}>{detail}</div>}
          </div>
        );
      }}
    </Lines>
  );
}

function Change({ line, seen }: { line: HistoryLine; seen: string }) {
  const { t } = useTranslation("history");
  const { t: common } = useTranslation();
  const { title, subject, value } = useHistoryWords();
  const [restoring, setRestoring] = useState(false);
  const changed = line.fields[0];
  const named = subject(line);
  return (
    <div className={classes.entry}>
      <p className={classes.what}>
        <span className={classes.title}>{title(line)}</span>
        {named !== "" && <span className={classes.quiet}> · {named}</span>}
        {line.undo && <span className={classes.quiet}> · {t("undo")}</span>}
      </p>
      <p className={classes.meta}>
        <span>{line.user_name === "" ? common("program") : line.user_name}</span>
        <RelativeDate at={line.at} />
      </p>
      <div className={classes.body}>
        <ChangeText line={line} />
        {line.restorable && (
          <Button size="compact-xs" variant="subtle" onClick={() => setRestoring(true)}>
            {changed === undefined
              ? t("restore.row")
              : t("restore.button", {
                  value: value(changed.name, changed.from),
                  interpolation: { escapeValue: false },
                })}
          </Button>
        )}
      </div>
      <RestoreDialog line={restoring ? line : null} seen={seen} onClose={() => setRestoring(false)} />
    </div>
  );
}
