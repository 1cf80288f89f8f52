import { describe, expect, it } from "vitest";
import { type Column, gridTemplate, visibleColumns } from "./columns";

const columns: Column<string>[] = [
  { id: "name", header: "Nombre", cell: (row) => row, width: "1fr" },
  { id: "seller", header: "Vendedor", cell: (row) => row, width: "120px", hidden: true },
  { id: "campaign", header: "Campaña", cell: (row) => row, width: "160px", minTableWidth: 1000 },
];
const ids = (width: number) => visibleColumns(columns, width).map(({ id }) => id);

describe("visibleColumns", () => {
  it("leaves out hidden ones", () => expect(ids(1200)).toEqual(["name", "campaign"]));
  it("drops what does not fit", () => expect(ids(900)).toEqual(["name"]));
  it("keeps all before the table is measured", () => expect(ids(0)).toEqual(["name", "campaign"]));
});

describe("gridTemplate", () => {
  it("joins the tracks", () => expect(gridTemplate(columns)).toBe("1fr 120px 160px"));
});
