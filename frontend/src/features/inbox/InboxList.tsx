import { IconArrowUp } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { InboxCard } from "@/shared/api/types";
import { isFocusLost, useShortcuts } from "@/shared/lib/keyboard";
import { formatCount } from "@/shared/lib/text";
import { mostCounted } from "@/shared/ui/count";
import { nextRow } from "@/shared/ui/data-table/table-keyboard";
import { useRowHeight } from "@/shared/ui/density";
import classes from "./InboxList.module.css";
import { InboxRow } from "./InboxRow";
import type { InboxState } from "./use-inbox";

type InboxListProps = {
  inbox: InboxState;
  activeId: string | null;
  onActive: (row: InboxCard) => void;
  onOpen: (id: string) => void;
  /** Without a detail beside the list a click opens the prospect; with one it only chooses. */
  opensOnClick: boolean;
  onCall: (id: string) => void;
  onChat: (id: string) => void;
};

/** How many rows before the end the next page is asked for. */
const lead = 8;

/** A card is three lines; its height follows the person's density. */
const heightFor = (row: number) => row * 2 + 12;

/** The cards of the tray, one below the other, drawn only where they are seen. */
export function InboxList(props: InboxListProps) {
  const { inbox, activeId, onActive, onOpen, opensOnClick } = props;
  const { rows, waiting, hasMore, loadMore } = inbox;
  const { t } = useTranslation("inbox");
  const listId = useId();
  const viewport = useRef<HTMLDivElement>(null);
  const height = heightFor(useRowHeight());
  const activeIndex = rows.findIndex(({ id }) => id === activeId);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => height,
    overscan: 6,
    getItemKey: (index) => rows[index]?.id ?? index,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new height makes every measured position stale
  useEffect(() => virtualizer.measure(), [height, virtualizer]);
  const items = virtualizer.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (hasMore && lastShown >= rows.length - lead) loadMore();
  }, [hasMore, lastShown, rows.length, loadMore]);

  const move = (key: string): boolean => {
    const page = Math.max(1, Math.floor((viewport.current?.clientHeight ?? height) / height) - 1);
    const index = nextRow(key, activeIndex, rows.length, page);
    const row = index === null ? undefined : rows[index];
    if (index === null || row === undefined) return false;
    onActive(row);
    virtualizer.scrollToIndex(index);
    // As in every list: Tab goes on from it, and screen readers say the row.
    if (isFocusLost()) viewport.current?.focus({ preventScroll: true });
    return true;
  };
  const open = () => {
    if (activeId !== null) onOpen(activeId);
  };
  useShortcuts({ j: () => move("j"), k: () => move("k"), Enter: open });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    if (event.key === "Enter") open();
    else if (event.key.length === 1 || !move(event.key)) return;
    event.preventDefault();
  };
  const release = () => {
    inbox.release();
    virtualizer.scrollToOffset(0);
  };

  return (
    <div className={classes.pane}>
      <div className={classes.notice} role="status">
        {waiting > 0 && (
          <button type="button" className={classes.waiting} onClick={release}>
            <IconArrowUp size={14} stroke={2} aria-hidden />
            {t("waiting", { count: waiting, n: formatCount(waiting) })}
          </button>
        )}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a table's rows cannot be placed by a virtual list */}
      <div
        ref={viewport}
        className={classes.viewport}
        role="grid"
        aria-label={t("list")}
        aria-rowcount={inbox.count === undefined || inbox.count >= mostCounted.rows ? -1 : inbox.count}
        aria-activedescendant={activeIndex < 0 ? undefined : `${listId}-${activeId}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onScroll={(event) => inbox.onTop(event.currentTarget.scrollTop < height / 2)}
      >
        {/* biome-ignore lint/a11y/useSemanticElements: as above */}
        <div className={classes.body} role="rowgroup" style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <InboxRow
                key={row.id}
                id={`${listId}-${row.id}`}
                row={row}
                office={inbox.office}
                index={item.index}
                start={item.start}
                height={height}
                active={row.id === activeId}
                onClick={() => (opensOnClick ? onOpen(row.id) : onActive(row))}
                onOpen={() => onOpen(row.id)}
                onCall={() => props.onCall(row.id)}
                onChat={() => props.onChat(row.id)}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}
