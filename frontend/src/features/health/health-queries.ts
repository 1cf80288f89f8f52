import { infiniteQueryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";

/** States of the ledger that wait for a person. */
export type StuckState = "failed" | "held";

/** Leads that did not become prospects, newest first, by pages. */
export function stuckLeadsQuery(state: StuckState) {
  return infiniteQueryOptions({
    queryKey: ["leads", state],
    queryFn: ({ pageParam }) =>
      answer(
        api.GET("/api/leads", {
          params: { query: { state, ...(pageParam === "" ? {} : { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: ({ next }) => (next === "" ? undefined : next),
  });
}

/** Reads ledger and health again once something was tried. */
function useRefresh() {
  const client = useQueryClient();
  return async () => {
    await Promise.all([
      client.invalidateQueries({ queryKey: ["leads"] }),
      client.invalidateQueries({ queryKey: ["health"] }),
    ]);
  };
}

/** Tries a lead again now. */
export function useLeadRetry() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (id: string) => answer(api.POST("/api/leads/{id}/retry", { params: { path: { id } } })),
    onSettled: refresh,
  });
}

/** Asks Meta for a form's leads now. */
export function useFormPull() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (id: string) => answer(api.POST("/api/meta/forms/{id}/pull", { params: { path: { id } } })),
    onSettled: refresh,
  });
}

/** Checks the connection with Meta again. */
export function useRecheck() {
  const refresh = useRefresh();
  return useMutation({ mutationFn: () => answer(api.POST("/api/meta/check")), onSettled: refresh });
}
