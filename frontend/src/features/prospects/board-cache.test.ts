import { describe, expect, it } from "vitest";
import type { Board, Card } from "@/shared/api/types";
import { recount, withCard, withoutCard } from "./board-cache";

const card = (id: string, lead_at: string) => ({ id, lead_at }) as Card;
const pages = [
  { items: [card("a", "2026-11-09"), card("b", "2026-11-07")], next: "x" },
  { items: [card("c", "2026-11-05"), card("d", "2026-11-03")], next: "y" },
];
const ids = (list: readonly { items: Card[] }[]) =>
  list.map(({ items }) => items.map(({ id }) => id).join(""));

describe("a card that moves", () => {
  it("leaves its column", () => expect(ids(withoutCard(pages, "b"))).toEqual(["a", "cd"]));
  it("comes in by its lead", () => {
    expect(ids(withCard(pages, card("n", "2026-11-08")))).toEqual(["anb", "cd"]);
    expect(ids(withCard(pages, card("n", "2026-11-10")))).toEqual(["nab", "cd"]);
    expect(ids(withCard(pages, card("n", "2026-11-04")))).toEqual(["ab", "cnd"]);
  });
  it("is not shown before what comes above it has been read", () =>
    expect(ids(withCard(pages, card("n", "2026-11-01")))).toEqual(["ab", "cd"]));
  it("is the last of a column that is all there", () => {
    const whole = [{ items: [card("a", "2026-11-09")], next: "" }];
    expect(ids(withCard(whole, card("n", "2026-11-01")))).toEqual(["an"]);
    expect(ids(withCard([{ items: [] as Card[], next: "" }], card("n", "2026-11-01")))).toEqual(["n"]);
  });
  it("is there once", () => expect(ids(withCard(pages, card("b", "2026-11-10")))).toEqual(["ba", "cd"]));
});

describe("totals", () => {
  const board = {
    columns: [
      { stage_id: "s", total: 5000 },
      { stage_id: "t", total: 0 },
      { stage_id: "u", total: -1 },
    ],
  } as unknown as Board;
  const totals = (b: Board) => b.columns.map(({ total }) => total);
  it("follow a move", () => expect(totals(recount(board, "s", "t"))).toEqual([4999, 1, -1]));
  it("follow who leaves the board", () => expect(totals(recount(board, "s", null))).toEqual([4999, 0, -1]));
});
