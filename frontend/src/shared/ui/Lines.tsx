import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useRef } from "react";
import { ErrorNotice } from "./ErrorNotice";
import classes from "./Lines.module.css";

type LinesProps = {
  label: string;
  /** Their keys, newest first. */
  keys: readonly string[];
  /** The pages they come from; the next one is asked for before the end is reached. */
  query: {
    data: unknown;
    error: Error | null;
    refetch: () => Promise<unknown>;
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    fetchNextPage: () => Promise<unknown>;
  };
  /** Height of a usual line, in pixels; the rest is measured. */
  height: number;
  /** What is said where there are none. */
  empty: string;
  /** What is said above them. */
  note?: string | undefined;
  children: (index: number) => ReactNode;
};

/** How many lines before the end the next page is asked for. */
const lead = 8;

/** What happened, line after line of different heights, in a box that scrolls by itself and draws what is in sight. */
export function Lines({ label, keys, query, height, empty, note, children }: LinesProps) {
  const viewport = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: keys.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => height,
    overscan: 10,
    getItemKey: (index) => keys[index] ?? index,
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= keys.length - lead) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, last, keys.length]);
  return (
    <section className={classes.panel} aria-label={label}>
      {note !== undefined && (
        <p className={classes.note} role="status">
          {note}
        </p>
      )}
      <ErrorNotice error={error} onRetry={() => void query.refetch()} />
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
        {data !== undefined && keys.length === 0 && !hasNextPage && <p className={classes.none}>{empty}</p>}
      </div>
    </section>
  );
}
