import { useCallback, useMemo, useState } from "react";

/** The active row by key, so that it stays with its person when rows arrive above it. */
export type ActiveRow<Row> = {
  activeKey: string | null;
  activeIndex: number;
  setActive: (row: Row) => void;
};

type Options<Row> = {
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  activeKey?: string | null | undefined;
  onActiveChange?: ((row: Row) => void) | undefined;
};

/** Holds the active row, or follows the owner's when `activeKey` is given. */
export function useActiveRow<Row>({ rows, rowKey, activeKey, onActiveChange }: Options<Row>): ActiveRow<Row> {
  const [own, setOwn] = useState<string | null>(null);
  const current = activeKey === undefined ? own : activeKey;
  const setActive = useCallback(
    (row: Row) => {
      setOwn(rowKey(row));
      onActiveChange?.(row);
    },
    [rowKey, onActiveChange],
  );
  const activeIndex = useMemo(
    () => (current === null ? -1 : rows.findIndex((row) => rowKey(row) === current)),
    [current, rows, rowKey],
  );
  return { activeKey: current, activeIndex, setActive };
}
