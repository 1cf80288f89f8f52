import type { QueryClient, QueryKey } from "@tanstack/react-query";
import type { Card, Prospect, TimelineItem } from "@/shared/api/types";

/** What a change does to the screens before the program has answered. */
export type Foresight = {
  prospect?: (prospect: Prospect) => Prospect;
  card?: (card: Card) => Card;
  /** A line that appears on top of the timeline. */
  item?: TimelineItem;
};

type Items<T> = { items: T[] };
type Pages<T> = { pages: Items<T>[] };

/** Answers are cached as one page or as many; the edit reaches the items of either. */
export function mapItems<T>(data: unknown, edit: (items: T[], page: number) => T[]): unknown {
  if (typeof data !== "object" || data === null) return data;
  if ("pages" in data) {
    const { pages } = data as Pages<T>;
    return { ...data, pages: pages.map((page, index) => ({ ...page, items: edit(page.items, index) })) };
  }
  if ("items" in data) return { ...data, items: edit((data as Items<T>).items, 0) };
  return data;
}

/** The queries that a change to this prospect may touch. */
function keysOf(id: string): QueryKey[] {
  return [["prospect", id], ["prospects"], ["inbox", "list"]];
}

/** Applies the foresight to every cached answer; the returned function takes it back. */
export function foresee(client: QueryClient, id: string, foresight: Foresight): () => void {
  const before = keysOf(id).flatMap((queryKey) => client.getQueriesData({ queryKey }));
  const { prospect, card, item } = foresight;
  if (prospect !== undefined) {
    client.setQueryData<Prospect>(["prospect", id], (known) =>
      known === undefined ? known : prospect(known),
    );
  }
  if (card !== undefined) {
    const edit = (items: Card[]) => items.map((known) => (known.id === id ? card(known) : known));
    for (const queryKey of [["prospects"], ["inbox", "list"]]) {
      client.setQueriesData({ queryKey }, (data: unknown) => mapItems(data, edit));
    }
  }
  if (item !== undefined) {
    client.setQueryData(["prospect", id, "timeline"], (data: unknown) =>
      mapItems<TimelineItem>(data, (items, page) => (page === 0 ? [item, ...items] : items)),
    );
  }
  return () => {
    for (const [queryKey, data] of before) client.setQueryData(queryKey, data);
  };
}

/** Has every view of this prospect read again; the pushed event does the same, perhaps a moment later. */
export function refreshProspect(client: QueryClient, id: string): void {
  for (const queryKey of [...keysOf(id), ["inbox", "count"], ["reminders"]]) {
    void client.invalidateQueries({ queryKey });
  }
}
