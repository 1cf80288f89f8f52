import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import { type ProspectSearch, searchQuery } from "./prospect-search";

/** How many cards one request brings. */
const page = 100;

/**
 * Prospects page after page. While a new search is on its way the rows of the one before stay on screen,
 * and an answer that comes late belongs to its own search and is never shown for another.
 */
export const prospectListQuery = (search: ProspectSearch) =>
  infiniteQueryOptions({
    queryKey: ["prospects", "list", search],
    queryFn: ({ pageParam }) =>
      answer(
        api.GET("/api/prospects", {
          params: {
            query: {
              ...searchQuery(search),
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

/** Fewest digits or letters worth asking for who is known already. */
const shortest = 5;

/** Who is known under this phone or address already, for the form of a new prospect. */
export const knownPersonQuery = (text: string) =>
  queryOptions({
    queryKey: ["prospects", "known", text],
    queryFn: () =>
      answer(api.GET("/api/prospects", { params: { query: { q: text, open: "all", limit: 1 } } })),
    enabled: text.length >= shortest,
    gcTime: 60_000,
  });

/** How many a search has, where its pages do not tell; asked only then. */
export const prospectCountQuery = (search: ProspectSearch, wanted: boolean) =>
  queryOptions({
    queryKey: ["prospects", "count", search],
    queryFn: () => {
      const { sort: _, ...where } = searchQuery(search);
      return answer(api.GET("/api/prospects/count", { params: { query: where } }));
    },
    enabled: wanted,
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });
