import type { ReactNode } from "react";

/** One column of a DataTable. */
export type Column<Row> = {
  /** Unique in the table; the API's sort name when the column sorts. */
  id: string;
  /** Words of the heading; also what a screen reader says. */
  header: string;
  cell: (row: Row) => ReactNode;
  /** CSS grid track: "1fr", "120px", "minmax(160px, 2fr)". */
  width: string;
  align?: "start" | "end";
  /** Leaves the column out, for instance the seller for a seller. */
  hidden?: boolean;
  /** Shown only when the table is at least this wide, in pixels. */
  minTableWidth?: number;
};

/** The columns that fit a table of this width, in their order. A width of 0 means not measured yet. */
export function visibleColumns<Row>(columns: readonly Column<Row>[], tableWidth: number): Column<Row>[] {
  return columns.filter(
    ({ hidden = false, minTableWidth = 0 }) => !hidden && (tableWidth === 0 || tableWidth >= minTableWidth),
  );
}

/** The grid template that heading and rows share. */
export function gridTemplate<Row>(columns: readonly Column<Row>[]): string {
  return columns.map(({ width }) => width).join(" ");
}
