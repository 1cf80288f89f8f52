import { useElementSize } from "@mantine/hooks";
import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type KeyboardEvent,
  memo,
  type ReactNode,
  useCallback,
  useEffect,
  useId,
  useMemo,
  useRef,
} from "react";
import { useTranslation } from "react-i18next";
import { isFocusLost, useShortcuts } from "@/shared/lib/keyboard";
import { useRowHeight } from "@/shared/ui/density";
import { type Column, gridTemplate, visibleColumns } from "./columns";
import classes from "./DataTable.module.css";
import { nextRow } from "./table-keyboard";
import { useActiveRow } from "./use-active-row";

type DataTableProps<Row> = {
  /** What the list holds, for screen readers. */
  label: string;
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  columns: readonly Column<Row>[];
  /** Enter or a click on a row. */
  onOpen?: (row: Row) => void;
  /** Give both to hold the active row outside, for a detail beside the list. */
  activeKey?: string | null;
  onActiveChange?: (row: Row) => void;
  /** True while a further page exists; `onEnd` is asked for it before the last rows come into view. */
  hasMore?: boolean;
  onEnd?: () => void;
  /** Rows in all, for screen readers; -1 when unknown. */
  total?: number;
  /** Replaces the height that the person's density gives, in pixels. */
  rowHeight?: number;
  /** Shown in place of rows when there are none. */
  empty?: ReactNode;
  /** Lets rows be picked: with a box at the left, Shift for all between, X for the active row. */
  selection?: Selection<Row>;
  /** J, K and Enter act from anywhere on the screen; switch off when two tables share it. */
  shortcuts?: boolean;
};

/** Which rows are picked, and how to say so. */
export type Selection<Row> = {
  isPicked: (row: Row) => boolean;
  /** `range` asks for all rows from the one picked last to this one. */
  onPick: (row: Row, range: boolean) => void;
  /** Picks every row that is loaded, or none when all are. */
  onPickAll: () => void;
  label: (row: Row) => string;
  labelAll: string;
};

/** How many rows are drawn beyond each edge of what is in view. */
const overscan = 8;

/** How many rows before the end the next page is asked for. */
const lead = 12;

/** Height of the heading row in pixels; equals .head in the style sheet. */
const headHeight = 32;

/** A virtual list in columns: pages by key, moves with J/K and arrows, opens with Enter. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const {
    label,
    rows,
    rowKey,
    onOpen,
    hasMore = false,
    onEnd,
    total = -1,
    empty,
    shortcuts = true,
    selection,
  } = props;
  const { t } = useTranslation();
  const tableId = useId();
  const viewport = useRef<HTMLDivElement>(null);
  const { ref: measured, width } = useElementSize();
  const densityHeight = useRowHeight();
  const height = props.rowHeight ?? densityHeight;
  const columns = useMemo(() => visibleColumns(props.columns, width), [props.columns, width]);
  const template = selection === undefined ? gridTemplate(columns) : `20px ${gridTemplate(columns)}`;
  const { activeKey, activeIndex, setActive } = useActiveRow(props);

  // The same function while the rows are: with another one every row's place is found anew, at each frame of a scroll.
  const keyAt = useCallback(
    (index: number) => {
      const row = rows[index];
      return row === undefined ? index : rowKey(row);
    },
    [rows, rowKey],
  );
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => height,
    overscan,
    // The heading stands above the rows and stays there while they scroll.
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
    getItemKey: keyAt,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new height makes every measured position stale
  useEffect(() => virtualizer.measure(), [height, virtualizer]);

  const items = virtualizer.getVirtualItems();
  // As many places as can be drawn at once. A row that scrolls into view takes the place of one that left it, which is
  // far quicker than building it anew, and the active row is told by key and not by place.
  const places = Math.ceil((virtualizer.scrollRect?.height ?? 0) / height) + 2 * overscan + 2;
  const lastShown = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (hasMore && lastShown >= rows.length - lead) onEnd?.();
  }, [hasMore, lastShown, rows.length, onEnd]);

  const move = (key: string): boolean => {
    const page = Math.max(1, Math.floor((viewport.current?.clientHeight ?? height) / height) - 1);
    const index = nextRow(key, activeIndex, rows.length, page);
    const row = index === null ? undefined : rows[index];
    if (index === null || row === undefined) return false;
    setActive(row);
    virtualizer.scrollToIndex(index);
    // From anywhere on the screen J and K enter the list, so that Tab goes on from it and screen readers say the row.
    if (isFocusLost()) viewport.current?.focus({ preventScroll: true });
    return true;
  };
  const open = () => {
    const row = rows[activeIndex];
    if (row !== undefined) onOpen?.(row);
  };
  const pick = (range: boolean) => {
    const row = rows[activeIndex];
    if (row !== undefined) selection?.onPick(row, range);
  };
  useShortcuts({ j: () => move("j"), k: () => move("k"), Enter: open }, shortcuts);
  useShortcuts({ x: (event) => pick(event.shiftKey) }, shortcuts && selection !== undefined);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    if (selection !== undefined && event.key === "a" && (event.ctrlKey || event.metaKey))
      selection.onPickAll();
    else if (event.key === "Enter") open();
    else if (event.key.length === 1 || !move(event.key)) return;
    event.preventDefault();
  };

  return (
    <div className={classes.table} ref={measured}>
      <div
        ref={viewport}
        className={classes.viewport}
        role="grid"
        aria-label={label}
        aria-rowcount={total < 0 ? -1 : total + 1}
        aria-activedescendant={activeIndex < 0 ? undefined : `${tableId}-${activeKey}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div className={classes.head} role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
          {selection !== undefined && (
            <div role="columnheader" className={classes.pick}>
              <input
                type="checkbox"
                aria-label={selection.labelAll}
                title={selection.labelAll}
                checked={rows.length > 0 && rows.every((row) => selection.isPicked(row))}
                onChange={selection.onPickAll}
              />
            </div>
          )}
          {columns.map((column) => (
            <div key={column.id} role="columnheader" className={classes.heading} data-align={column.align}>
              {column.header}
            </div>
          ))}
        </div>
        <div className={classes.body} role="rowgroup" style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            const key = rowKey(row);
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the grid itself handles keys for its active row
              <div
                key={item.index % Math.max(places, items.length)}
                id={`${tableId}-${key}`}
                role="row"
                aria-rowindex={item.index + 2}
                aria-selected={key === activeKey}
                data-picked={selection?.isPicked(row) || undefined}
                className={classes.row}
                style={{
                  gridTemplateColumns: template,
                  height,
                  transform: `translateY(${item.start - headHeight}px)`,
                }}
                onClick={() => {
                  setActive(row);
                  onOpen?.(row);
                }}
              >
                {selection !== undefined && (
                  // biome-ignore lint/a11y/useKeyWithClickEvents: the box inside answers keys, X picks the active row
                  <div role="gridcell" className={classes.pick} onClick={(event) => event.stopPropagation()}>
                    <input
                      type="checkbox"
                      tabIndex={-1}
                      aria-label={selection.label(row)}
                      checked={selection.isPicked(row)}
                      onClick={(event) => {
                        setActive(row);
                        selection.onPick(row, event.shiftKey);
                        // The keys stay with the list: this box will be another row's when the list scrolls.
                        viewport.current?.focus({ preventScroll: true });
                      }}
                      onChange={() => undefined}
                    />
                  </div>
                )}
                <Cells row={row} columns={columns} />
              </div>
            );
          })}
        </div>
      </div>
      {rows.length === 0 && <div className={classes.empty}>{empty}</div>}
      {hasMore && (
        <p className={classes.more} role="status">
          {t("table.more")}
        </p>
      )}
    </div>
  );
}

type CellsProps<Row> = { row: Row; columns: readonly Column<Row>[] };

/** What a row shows; drawn once for as long as it is in view, however often the list scrolls under it. */
const Cells = memo(function Cells<Row>({ row, columns }: CellsProps<Row>) {
  return columns.map((column) => (
    <div key={column.id} role="gridcell" className={classes.cell} data-align={column.align}>
      {column.cell(row)}
    </div>
  ));
}) as <Row>(props: CellsProps<Row>) => ReactNode;
