import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import { type ProspectSearch, searchQuery } from "./prospect-search";

/** How many cards of a column one request brings. */
const page = 100;

/** What of a search narrows the board: its columns are the stages, and their order is the leads'. */
export type BoardSearch = Pick<ProspectSearch, "q" | "temperature" | "seller" | "form" | "open">;

/** The part of an address that the board and the list share. */
export function boardSearch({ q, temperature, seller, form, open }: ProspectSearch): BoardSearch {
  return Object.fromEntries(
    Object.entries({ q, temperature, seller, form, open }).filter(([, value]) => value !== undefined),
  );
}

/** The stages with how many prospects stand in each. */
export const boardQuery = (search: BoardSearch) =>
  queryOptions({
    queryKey: ["prospects", "board", search],
    queryFn: () => answer(api.GET("/api/board", { params: { query: searchQuery(search) } })),
    placeholderData: keepPreviousData,
  });

/** The cards of one stage, newest lead first, page after page. */
export const columnQuery = (stage: string, search: BoardSearch) =>
  infiniteQueryOptions({
    queryKey: ["prospects", "column", search, stage],
    queryFn: ({ pageParam }) =>
      answer(
        api.GET("/api/prospects", {
          params: {
            query: {
              ...searchQuery(search),
              stage,
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
  });
