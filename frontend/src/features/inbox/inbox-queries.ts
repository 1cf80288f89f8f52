import { infiniteQueryOptions } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";

/** How many cards one request brings. */
const page = 50;

/** Unattended prospects, newest lead first, page after page. */
export const inboxQuery = infiniteQueryOptions({
  queryKey: ["inbox", "list"],
  queryFn: ({ pageParam }) =>
    answer(
      api.GET("/api/inbox", {
        params: { query: { limit: page, ...(pageParam === "" ? {} : { cursor: pageParam }) } },
      }),
    ),
  initialPageParam: "",
  getNextPageParam: (last) => (last.next === "" ? undefined : last.next),
  // No event refreshes it while another screen is open; see shared/api/events.
  refetchOnMount: "always",
});
