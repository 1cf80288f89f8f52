import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { AppError } from "@/shared/api/app-error";
import { useIsAdmin } from "@/shared/api/me";
import type { HistoryLine, TimelineItem } from "@/shared/api/types";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import { ChangeText } from "./ChangeText";
import classes from "./History.module.css";
import { eventPages, historyPages } from "./history-queries";
import { RestoreDialog } from "./RestoreDialog";
import { useHistoryWords } from "./use-history-words";

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
    <Panel
      error={log.error}
      onRetry={() => void log.refetch()}
      query={log}
      count={lines.length}
      ready={log.data !== undefined}
    >
      {(index) => {
        const line = lines[index];
        return line === undefined ? null : <Change line={line} seen={lines[0]?.id ?? ""} />;
      }}
    </Panel>
  );
}

function Events({ prospect, eventText, note }: ProspectChangesProps & { note: string | undefined }) {
  const { t } = useTranslation("history");
  const events = useInfiniteQuery(eventPages(prospect));
  const items = events.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Panel
      error={events.error}
      onRetry={() => void events.refetch()}
      query={events}
      count={items.length}
      ready={events.data !== undefined}
      note={note}
    >
      {(index) => {
        const item = items[index];
        if (item === undefined) return null;
        const { title, detail } = eventText(item);
        return (
          <>
            <p className={classes.what}>
              <span className={classes.title}>{title}</span>
            </p>
            <p className={classes.meta}>
              <span>{item.author_name === "" ? t("program") : item.author_name}</span>
              <RelativeDate at={item.at} />
            </p>
            {detail !== "" && <div className={`${classes.body} ${classes.quiet}`}>{detail}</div>}
          </>
        );
      }}
    </Panel>
  );
}

function Change({ line, seen }: { line: HistoryLine; seen: string }) {
  const { t } = useTranslation("history");
  const { title, subject, value } = useHistoryWords();
  const [restoring, setRestoring] = useState(false);
  const changed = line.fields[0];
  const named = subject(line);
  return (
    <>
      <p className={classes.what}>
        <span className={classes.title}>{title(line)}</span>
        {named !== "" && <span className={classes.quiet}> · {named}</span>}
        {line.undo && <span className={classes.quiet}> · {t("undo")}</span>}
      </p>
      <p className={classes.meta}>
        <span>{line.user_name === "" ? t("program") : line.user_name}</span>
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
    </>
  );
}

type PanelProps = {
  error: Error | null;
  onRetry: () => void;
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => Promise<unknown> };
  count: number;
  ready: boolean;
  note?: string | undefined;
  children: (index: number) => ReactNode;
};

/** How many lines before the end the next page is asked for. */
const lead = 8;

/** A virtual list of lines of different heights. */
function Panel({ error, onRetry, query, count, ready, note, children }: PanelProps) {
  const { t } = useTranslation("history");
  const viewport = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => viewport.current,
    estimateSize: () => 56,
    overscan: 10,
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= count - lead) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, last, count]);
  return (
    <section className={classes.panel} aria-label={t("prospect.label")}>
      {note !== undefined && (
        <p className={classes.note} role="status">
          {note}
        </p>
      )}
      <ErrorNotice error={error} onRetry={onRetry} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key */}
      <div ref={viewport} className={classes.viewport} tabIndex={0}>
        <ol className={classes.lines} style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => (
            <li
              key={item.key}
              ref={virtualizer.measureElement}
              data-index={item.index}
              className={classes.line}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              {children(item.index)}
            </li>
          ))}
        </ol>
        {ready && count === 0 && !hasNextPage && <p className={classes.none}>{t("prospect.none")}</p>}
      </div>
    </section>
  );
}
