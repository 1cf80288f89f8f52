import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";

/** How often the age of who waits is read anew, in milliseconds. */
const ageing = 30_000;

/** One prospect with everything but its timeline. */
export const prospectQuery = (id: string) =>
  queryOptions({
    queryKey: ["prospect", id],
    queryFn: () => answer(api.GET("/api/prospects/{id}", { params: { path: { id } } })),
    // Who waits has waited for longer: the clock of office hours is the program's to read.
    refetchInterval: ({ state }) => (state.data?.response?.answered === false ? ageing : false),
  });

/** How many lines of a timeline one request brings. */
const timelinePage = 50;

/** What happened to a prospect, newest first, page after page. */
export const timelineQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["prospect", id, "timeline"],
    queryFn: ({ pageParam }) =>
      answer(
        api.GET("/api/prospects/{id}/timeline", {
          params: {
            path: { id },
            query: { limit: timelinePage, ...(pageParam === "" ? {} : { cursor: pageParam }) },
          },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (last) => (last.next === "" ? undefined : last.next),
  });
