import type { QueryClient } from "@tanstack/react-query";
import type { Board, Card } from "@/shared/api/types";
import { type BoardSearch, boardQuery, columnQuery } from "./board-queries";

type Page = { items: Card[]; next: string; total: number };

/** Takes a card out of the pages of a column. */
export function withoutCard<P extends Pick<Page, "items">>(pages: readonly P[], id: string): P[] {
  return pages.map((page) => ({ ...page, items: page.items.filter((card) => card.id !== id) }));
}

/**
 * Puts a card where the order of leads wants it. It is left out where that is further down than what has been
 * read: it comes with its own page.
 */
export function withCard<P extends Pick<Page, "items" | "next">>(pages: readonly P[], card: Card): P[] {
  const rest = withoutCard(pages, card.id);
  for (const [index, page] of rest.entries()) {
    const at = page.items.findIndex(({ lead_at }) => lead_at < card.lead_at);
    const last = index === rest.length - 1 && page.next === "";
    if (at < 0 && !last) continue;
    const place = at < 0 ? page.items.length : at;
    return rest.with(index, {
      ...page,
      items: [...page.items.slice(0, place), card, ...page.items.slice(place)],
    });
  }
  return rest;
}

/** Counts a card out of one column and into another; `null` is off the board. */
export function recount(board: Board, from: string, to: string | null): Board {
  const step = (id: string) => (id === to ? 1 : id === from ? -1 : 0);
  return {
    ...board,
    columns: board.columns.map((column) =>
      column.total < 0 ? column : { ...column, total: Math.max(0, column.total + step(column.stage_id)) },
    ),
  };
}

/** Shows a move before the program has answered; the returned function takes it back. */
export function foreseeMove(
  client: QueryClient,
  search: BoardSearch,
  card: Card,
  to: string | null,
): () => void {
  const from = columnQuery(card.stage_id, search).queryKey;
  const into = to === null ? undefined : columnQuery(to, search).queryKey;
  const total = boardQuery(search).queryKey;
  const before = [from, into, total]
    .filter((key) => key !== undefined)
    .map((key) => [key, client.getQueryData<unknown>(key)] as const);
  client.setQueryData(from, (known) => known && { ...known, pages: withoutCard(known.pages, card.id) });
  if (into !== undefined && to !== null) {
    client.setQueryData(
      into,
      (known) => known && { ...known, pages: withCard(known.pages, { ...card, stage_id: to }) },
    );
  }
  client.setQueryData(total, (known) => known && recount(known, card.stage_id, to));
  return () => {
    for (const [key, data] of before) client.setQueryData<unknown>(key, data);
  };
}
