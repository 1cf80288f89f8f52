import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import type { ViewQuery } from "@/shared/api/types";
import { type ProspectSearch, parseProspectSearch } from "./prospect-search";

/** One's own views and the office's. */
export const viewsQuery = queryOptions({
  queryKey: ["views"],
  queryFn: () => answer(api.GET("/api/views")),
});

/** What of a search a view keeps: not what was typed, nor the narrow stretches that a chart's numbers open. */
export function viewOf(search: ProspectSearch): ViewQuery {
  const query: Record<string, unknown> = {};
  for (const name of kept) if (search[name] !== undefined) query[name] = search[name];
  return query as ViewQuery;
}

const kept = [
  "stage",
  "status",
  "temperature",
  "seller",
  "form",
  "campaign",
  "source",
  "reason",
  "tag",
  "lead_from",
  "lead_to",
  "open",
  "unattended",
  "no_next",
  "opposed",
  "sort",
] as const;

/** The search that a view stands for. */
export function searchOf(query: ViewQuery): ProspectSearch {
  return parseProspectSearch({ ...query });
}

/** True when a search shows just what a view does. */
export function isView(search: ProspectSearch, query: ViewQuery): boolean {
  const key = (s: ProspectSearch) => JSON.stringify(Object.entries(s).sort());
  return key(search) === key(searchOf(query));
}
