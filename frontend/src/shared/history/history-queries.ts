import { infiniteQueryOptions, keepPreviousData } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import type { HistoryLine } from "@/shared/api/types";

/** What narrows the history. Days are `YYYY-MM-DD` of this computer's calendar, both included. */
export type HistoryFilter = {
  user?: string;
  what?: HistoryGroup;
  change?: HistoryChange;
  prospect?: string;
  from?: string;
  to?: string;
};

/** Groups of things, in the order of the filter. */
export const historyGroups = [
  "prospect",
  "contact",
  "activity",
  "submission",
  "office",
  "access",
  "export",
] as const;
export type HistoryGroup = (typeof historyGroups)[number];

/** Kinds of change, likewise. */
export const historyChanges = ["created", "changed", "removed", "restored", "not_accepted"] as const;
export type HistoryChange = (typeof historyChanges)[number];

const page = 100;

/** The instant at which a day begins here, so many days later. */
function dayStart(day: string, later: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

/** The filter as the API takes it. */
export function historyQuery({ from, to, ...rest }: HistoryFilter) {
  return {
    ...rest,
    ...(from === undefined ? {} : { from: dayStart(from, 0) }),
    ...(to === undefined ? {} : { to: dayStart(to, 1) }),
  };
}

/** The office's history page by page. A page may be empty and still have one after it: only some was looked at. */
export const historyPages = (filter: HistoryFilter) =>
  infiniteQueryOptions({
    // A prospect's is read again with its page; the office's when somebody asks.
    queryKey:
      filter.prospect === undefined ? ["history", filter] : ["prospect", filter.prospect, "changes", filter],
    queryFn: ({ pageParam }) =>
      answer(
        api.GET("/api/history", {
          params: {
            query: {
              ...historyQuery(filter),
              limit: page,
              ...(pageParam === "" ? {} : { cursor: pageParam }),
            },
          },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (last) => (last.next === "" ? undefined : last.next),
    placeholderData: keepPreviousData,
    gcTime: 60_000,
    retry: false,
  });

/** What this computer itself knows of a prospect's changes: what travels to its seller. */
export const eventPages = (prospect: string) =>
  infiniteQueryOptions({
    queryKey: ["prospect", prospect, "events"],
    queryFn: ({ pageParam }) =>
      answer(
        api.GET("/api/prospects/{id}/events", {
          params: {
            path: { id: prospect },
            query: { limit: page, ...(pageParam === "" ? {} : { cursor: pageParam }) },
          },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (last) => (last.next === "" ? undefined : last.next),
    gcTime: 60_000,
  });

/** Puts the value back that a field had before a line. `seen` is the newest line on screen. */
export function restoreValue(line: HistoryLine, seen: string, reason: string) {
  return answer(
    api.POST("/api/history/{id}/restore", { params: { path: { id: line.id } }, body: { seen, reason } }),
  );
}
