import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import type { ContactSearch } from "./contact-search";

/** How many lines one request brings. */
const page = 100;

const after = (cursor: string) => (cursor === "" ? {} : { cursor });

/** People page after page; the rows of the search before stay while a new one is on its way. */
export const contactListQuery = ({ q, sort }: ContactSearch) =>
  infiniteQueryOptions({
    queryKey: ["contacts", "list", q ?? "", sort ?? ""],
    queryFn: ({ pageParam }) =>
      answer(
        api.GET("/api/contacts", {
          params: {
            query: {
              ...(q === undefined ? {} : { q }),
              ...(sort === undefined ? {} : { sort }),
              limit: page,
              ...after(pageParam),
            },
          },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (last) => (last.next === "" ? undefined : last.next),
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });

/** One contact with everything but its history. */
export const contactQuery = (id: string) =>
  queryOptions({
    queryKey: ["contacts", "one", id],
    queryFn: () => answer(api.GET("/api/contacts/{id}", { params: { path: { id } } })),
  });

/** What happened to all prospects of a contact, newest first. */
export const contactTimelineQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["contacts", "timeline", id],
    queryFn: ({ pageParam }) =>
      answer(
        api.GET("/api/contacts/{id}/timeline", {
          params: { path: { id }, query: { limit: 50, ...after(pageParam) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (last) => (last.next === "" ? undefined : last.next),
  });

/** Pairs who may be one person, page after page. */
export const duplicatesQuery = infiniteQueryOptions({
  queryKey: ["contacts", "duplicates"],
  queryFn: ({ pageParam }) =>
    answer(api.GET("/api/duplicates", { params: { query: { limit: 50, ...after(pageParam) } } })),
  initialPageParam: "",
  getNextPageParam: (last) => (last.next === "" ? undefined : last.next),
});

/** How many pairs there are. */
export const duplicateCountQuery = queryOptions({
  queryKey: ["contacts", "duplicate-count"],
  queryFn: () => answer(api.GET("/api/duplicates/count")),
});

/** Recent merges and requests; a seller's own. */
export const mergesQuery = queryOptions({
  queryKey: ["contacts", "merges"],
  queryFn: () => answer(api.GET("/api/merges")),
  select: ({ items }) => items,
});

/** Contacts side by side, and what a merge would keep. */
export const mergePreviewQuery = (ids: readonly string[]) =>
  queryOptions({
    queryKey: ["contacts", "preview", ids.join(",")],
    queryFn: () => answer(api.GET("/api/merges/preview", { params: { query: { contacts: ids.join(",") } } })),
    enabled: ids.length > 1,
  });
