import { useDraggable, useDroppable } from "@dnd-kit/core";
import { Tooltip } from "@mantine/core";
import { useMergedRef } from "@mantine/hooks";
import { IconArchive, IconChecklist } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Card, BoardColumn as Column } from "@/shared/api/types";
import { formatCount } from "@/shared/lib/text";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import classes from "./Board.module.css";
import { BoardCard } from "./BoardCard";
import { type BoardSearch, columnQuery } from "./board-queries";

/** Height of a card and of the space below it in pixels; equals .slot in the style sheet. */
const slot = 92;

/** How many cards before the end the next page is asked for. */
const lead = 20;

type BoardColumnProps = {
  column: Column;
  name: string;
  search: BoardSearch;
  /** A card is above it, by mouse or by key. */
  aimed: boolean;
  /** The card that the keys have lifted. */
  liftedId: string | null;
  onOpen: (card: Card) => void;
  /** A card is taken from the screen while it has the focus. */
  onLost: (id: string, stage: string) => void;
};

/** One stage: its name, its true total, and its cards as far as they have been read. */
export const BoardColumn = memo(function BoardColumn(props: BoardColumnProps) {
  const { column, name, search, aimed, liftedId, onOpen, onLost } = props;
  const { t } = useTranslation("board");
  const { t: words } = useTranslation("words");
  const list = useInfiniteQuery(columnQuery(column.stage_id, search));
  // The same array while the pages are: everything below goes through thousands of cards when it is another one.
  const cards = useMemo(() => list.data?.pages.flatMap(({ items }) => items) ?? [], [list.data]);
  const keyAt = useCallback((index: number) => cards[index]?.id ?? index, [cards]);
  const box = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState<string | null>(null);
  const rows = useVirtualizer({
    count: cards.length,
    getScrollElement: () => box.current,
    estimateSize: () => slot,
    getItemKey: keyAt,
    overscan: 6,
  });
  useSteady(box, cards);
  const items = rows.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= cards.length - lead) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, last, cards.length]);
  // Tab reaches one card of each column; arrows go on from there.
  const reached = items.some(({ key }) => key === current) ? current : items[0]?.key;
  const { setNodeRef } = useDroppable({ id: column.stage_id, disabled: column.archived });
  const total = column.total < 0 ? t("column.many") : formatCount(column.total);
  const heading = t("column.label", { name, count: Math.max(0, column.total), n: total });
  const required = column.requires.map((code) => words(`requirement.${code}` as never)).join(", ");
  return (
    <section
      ref={setNodeRef}
      className={classes.column}
      data-aimed={aimed}
      data-place={column.stage_id}
      aria-label={heading}
    >
      <header className={classes.head}>
        {column.archived && <IconArchive size={14} stroke={1.6} aria-hidden />}
        <h2 className={classes.title} title={column.archived ? t("column.archived") : name}>
          {name}
        </h2>
        {required !== "" && (
          <Tooltip label={t("column.requires", { list: required })} multiline maw={260}>
            <span
              className={classes.requires}
              role="img"
              aria-label={t("column.requires", { list: required })}
            >
              <IconChecklist size={14} stroke={1.6} aria-hidden />
            </span>
          </Tooltip>
        )}
        <span className={classes.total}>{total}</span>
      </header>
      <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />
      {/* biome-ignore lint/a11y/useSemanticElements: no fieldset, cards that belong together */}
      <div
        ref={box}
        className={classes.cards}
        role="group"
        aria-label={name}
        onFocus={({ target }) => setCurrent(target.closest<HTMLElement>("[data-card]")?.dataset.card ?? null)}
      >
        {list.data !== undefined && cards.length === 0 && (
          <p className={classes.nobody}>{t("column.empty")}</p>
        )}
        <ul className={classes.tall} style={{ height: rows.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const card = cards[index];
            if (card === undefined) return null;
            return (
              <li
                key={card.id}
                className={classes.slot}
                style={{ transform: `translateY(${start}px)` }}
                aria-setsize={column.total < 0 ? -1 : column.total}
                aria-posinset={index + 1}
              >
                <Draggable
                  card={card}
                  stage={column.stage_id}
                  lifted={card.id === liftedId}
                  reached={card.id === reached}
                  onOpen={onOpen}
                  onLost={onLost}
                />
              </li>
            );
          })}
        </ul>
      </div>
    </section>
  );
});

/**
 * Keeps what the person looks at where it is when cards come or go above it: the first card in view stays the
 * first in view.
 */
function useSteady(box: { current: HTMLDivElement | null }, cards: readonly Card[]): void {
  const seen = useRef<{ id: string; into: number } | null>(null);
  const latest = useRef(cards);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const note = () => {
      const index = Math.floor(element.scrollTop / slot);
      const id = latest.current[index]?.id;
      seen.current =
        element.scrollTop === 0 || id === undefined ? null : { id, into: element.scrollTop - index * slot };
    };
    element.addEventListener("scroll", note, { passive: true });
    return () => element.removeEventListener("scroll", note);
  }, [box]);
  useLayoutEffect(() => {
    if (latest.current === cards) return;
    latest.current = cards;
    const element = box.current;
    if (element === null || seen.current === null) return;
    const { id, into } = seen.current;
    const index = cards.findIndex((card) => card.id === id);
    const top = index * slot + into;
    if (index >= 0 && Math.abs(element.scrollTop - top) > 1) element.scrollTop = top;
  });
}

type DraggableProps = Pick<BoardColumnProps, "onOpen" | "onLost"> & {
  card: Card;
  /** The column it stands in. */
  stage: string;
  lifted: boolean;
  reached: boolean;
};

const Draggable = memo(function Draggable({ card, stage, lifted, reached, onOpen, onLost }: DraggableProps) {
  const { t } = useTranslation("board");
  const { setNodeRef, listeners, isDragging } = useDraggable({ id: card.id, data: { card } });
  const own = useRef<HTMLDivElement>(null);
  const ref = useMergedRef(setNodeRef, own);
  const { id } = card;
  useLayoutEffect(() => {
    const element = own.current;
    // Still in the page at this moment, with the focus if it had it.
    return () => {
      if (element !== null && element === document.activeElement) onLost(id, stage);
    };
  }, [onLost, id, stage]);
  return (
    <BoardCard
      ref={ref}
      card={card}
      lifted={lifted || isDragging}
      {...listeners}
      role="button"
      tabIndex={reached ? 0 : -1}
      aria-roledescription={t("card.role")}
      aria-describedby="board-keys"
      aria-pressed={lifted}
      data-card={card.id}
      onClick={() => onOpen(card)}
    />
  );
});
