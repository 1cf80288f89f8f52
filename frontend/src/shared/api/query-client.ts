import { QueryClient } from "@tanstack/react-query";
import { AppError } from "./app-error";

/** Faults of the road, not of the request: worth a second try. */
function isPassing(error: unknown): boolean {
  return error instanceof AppError && ["client.timeout", "client.unreachable", "busy"].includes(error.code);
}

/**
 * One cache for the page. The data are local and changes are pushed, so what was read stays fresh until an
 * event says otherwise; nothing refetches because a window got the focus.
 */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        networkMode: "always",
        retry: (failures, error) => failures < 2 && isPassing(error),
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}
