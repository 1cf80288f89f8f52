import { queryOptions, useQuery } from "@tanstack/react-query";
import { answer, api } from "./client";
import type { SyncStatus } from "./types";

/** How this computer stands with the office's others. Events tell of changes; time alone changes it too. */
export const syncQuery = queryOptions({
  queryKey: ["sync", "status"],
  queryFn: () => answer(api.GET("/api/sync")),
  refetchInterval: 30_000,
});

/** The state of the office's computers, undefined for an instant. */
export function useSync(): SyncStatus | undefined {
  return useQuery(syncQuery).data;
}
