import { useCallback, useRef, useState } from "react";
import { answer, api } from "@/shared/api/client";
import type { Card } from "@/shared/api/types";
import { type ProspectSearch, searchQuery } from "./prospect-search";

/** The prospects that are picked, by id, in the order in which they were. */
export type Picked = ReadonlySet<string>;

/** As many as can be picked at once: what is done to them is to be seen, stopped and taken back. */
export const mostPicked = 10_000;

/** The rows between two, both included, whichever comes first. */
export function between(ids: readonly string[], from: string, to: string): string[] {
  const [a, b] = [ids.indexOf(from), ids.indexOf(to)];
  if (a < 0 || b < 0) return [to];
  return ids.slice(Math.min(a, b), Math.max(a, b) + 1);
}

/** Picks rows one by one, all between two, all that are loaded, and all that match. */
export function useSelection(rows: readonly Card[]) {
  const [picked, setPicked] = useState<Picked>(new Set());
  const last = useRef<string | null>(null);
  const latest = useRef(rows);
  latest.current = rows;

  const onPick = useCallback((row: Card, range: boolean) => {
    setPicked((before) => {
      const next = new Set(before);
      const ids = latest.current.map(({ id }) => id);
      if (range && last.current !== null) for (const id of between(ids, last.current, row.id)) next.add(id);
      else if (!next.delete(row.id)) next.add(row.id);
      return next;
    });
    last.current = row.id;
  }, []);
  const onPickAll = useCallback(() => {
    setPicked((before) => {
      const ids = latest.current.map(({ id }) => id);
      return ids.every((id) => before.has(id)) ? new Set() : new Set([...before, ...ids]);
    });
  }, []);
  const clear = useCallback(() => setPicked(new Set()), []);
  /** Picks all that match, at most mostPicked. */
  const pickMatching = useCallback(async (search: ProspectSearch) => {
    const all = new Set<string>();
    let cursor = "";
    do {
      const { sort: _, ...where } = searchQuery(search);
      const query = { ...where, ...(cursor === "" ? {} : { cursor }) };
      const page = await answer(api.GET("/api/prospects/ids", { params: { query } }));
      for (const id of page.ids) all.add(id);
      cursor = page.next;
    } while (cursor !== "" && all.size < mostPicked);
    const some = new Set([...all].slice(0, mostPicked));
    setPicked(some);
  }, []);
  return { picked, onPick, onPickAll, clear, pickMatching };
}
