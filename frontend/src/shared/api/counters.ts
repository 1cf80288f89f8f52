import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "./client";

/** How many prospects wait unattended; the number beside Bandeja. */
export const inboxCountQuery = queryOptions({
  queryKey: ["inbox", "count"],
  queryFn: () => answer(api.GET("/api/inbox/count")),
});

/** What needs a person: the office's machinery. Administrators only. Read again each minute, since clocks and disks push nothing. */
export const healthQuery = queryOptions({
  queryKey: ["health"],
  queryFn: () => answer(api.GET("/api/health")),
  refetchInterval: 60_000,
});
