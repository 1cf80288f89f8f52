import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import type { View, ViewQuery } from "@/shared/api/types";
import { parseDay } from "@/shared/lib/dates";
import { showError, undoable } from "@/shared/ui/undo-toast";
import { type ProspectSearch, parseProspectSearch } from "./prospect-search";

/** One's own views and the office's. */
export const viewsQuery = queryOptions({
  queryKey: ["views"],
  queryFn: () => answer(api.GET("/api/views")),
});

/** Writes to views: each says what it did and offers to take it back. */
export function useViewChange() {
  const client = useQueryClient();
  const write = async (message: string, send: () => Promise<{ tx_id: string }>) => {
    try {
      await undoable(send, message);
    } catch (thrown) {
      showError(thrown);
    }
    await client.invalidateQueries({ queryKey: ["views"] });
  };
  const byId = ({ id }: View) => ({ params: { path: { id } } });
  return {
    create: (body: Omit<View, "id" | "user_id">, message: string) =>
      write(message, () => answer(api.POST("/api/views", { body }))),
    update: (view: View, body: Partial<Omit<View, "id" | "user_id">>, message: string) =>
      write(message, () => answer(api.PATCH("/api/views/{id}", { ...byId(view), body }))),
    remove: (view: View, message: string) =>
      write(message, () => answer(api.DELETE("/api/views/{id}", byId(view)))),
  };
}

/** What of a search a view keeps: all but what was typed, which may be somebody's name. */
export function viewOf({ q: _, ...search }: ProspectSearch): ViewQuery {
  return search;
}

/** Pairs of days that narrow a list. */
const stretches = [
  ["lead_from", "lead_to"],
  ["attended_from", "attended_to"],
  ["ended_from", "ended_to"],
] as const;

/** True when a list is narrowed to days that end on this one, as the numbers of a dashboard narrow it. */
export function endsOn(search: ProspectSearch, today: string): boolean {
  return stretches.some(([, to]) => search[to] === today);
}

/** The same days as a distance from today, so that a view shows the last week tomorrow too. */
export function withMovingDays(search: ProspectSearch, today: string): ProspectSearch {
  const moved = { ...search };
  for (const [from, to] of stretches) {
    if (search[to] !== today) continue;
    moved[to] = "-0d";
    const first = search[from];
    if (first !== undefined && !first.startsWith("-")) moved[from] = `-${daysBetween(first, today)}d`;
  }
  return moved;
}

function daysBetween(from: string, to: string): number {
  return Math.round((parseDay(to).getTime() - parseDay(from).getTime()) / 86_400_000);
}

/** The search that a view stands for. */
export function searchOf(query: ViewQuery): ProspectSearch {
  return parseProspectSearch({ ...query });
}

/** True when a search shows just what a view does. */
export function isView(search: ProspectSearch, query: ViewQuery): boolean {
  const key = (s: ProspectSearch) => JSON.stringify(Object.entries(s).sort());
  return key(search) === key(searchOf(query));
}
