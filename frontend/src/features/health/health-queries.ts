import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import type { Lead } from "@/shared/api/types";
import { showError, undoable, undoableBy } from "@/shared/ui/undo-toast";

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

/** What came with a lead, and for a held one whose it may be. */
export const leadQuery = (id: string) =>
  queryOptions({
    queryKey: ["leads", "one", id],
    queryFn: () => answer(api.GET("/api/leads/{id}", { params: { path: { id } } })),
  });

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

/**
 * Tries a lead again now and hands on where it stands. Told from here and not from the row, which is gone once
 * the lead has entered.
 */
export function useLeadRetry(onTried: (lead: Lead) => void) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (id: string) => answer(api.POST("/api/leads/{id}/retry", { params: { path: { id } } })),
    onSuccess: onTried,
    onError: showError,
    onSettled: refresh,
  });
}

/** Whose a held lead is, a contact's or with "" somebody new's, and what to say once it is theirs. */
export type LeadDecision = { contactId: string; told: string };

/** Decides about a held lead. */
export function useLeadDecision(id: string) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: ({ contactId, told }: LeadDecision) => {
      const body = { contact_id: contactId };
      return undoable(
        () => answer(api.POST("/api/leads/{id}/resolve", { params: { path: { id } }, body })),
        told,
      );
    },
    onError: showError,
    onSettled: refresh,
  });
}

/** Says that nothing more is to come of a lead; taking that back tries it again. */
export function useLeadDismissal(told: string) {
  const refresh = useRefresh();
  const path = (id: string) => ({ params: { path: { id } } });
  return useMutation({
    mutationFn: (id: string) =>
      undoableBy(
        () => answer(api.POST("/api/leads/{id}/dismiss", path(id))),
        told,
        () => answer(api.POST("/api/leads/{id}/retry", path(id))).finally(refresh),
      ),
    onError: showError,
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
