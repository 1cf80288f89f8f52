import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import { undoable } from "@/shared/ui/undo-toast";

/** Everything that is set about turns, and what follows from it now. Administrators only. */
export const turnsQuery = queryOptions({
  queryKey: ["turns", "settings"],
  queryFn: () => answer(api.GET("/api/turns")),
});

/** Forms, campaigns and pages that a rule can ask for. */
export const sourcesQuery = queryOptions({
  queryKey: ["turns", "sources"],
  queryFn: () => answer(api.GET("/api/turns/sources")),
});

/** A lead to try the rules with; empty texts ask for nothing. */
export type TriedLead = { form_id: string; campaign_id: string; page_id: string; city: string };

/** Who would get such a lead now. The host answers; nobody has a turn for it. */
export const nextTurnQuery = (lead: TriedLead) =>
  queryOptions({
    queryKey: ["turns", "next", lead],
    queryFn: () => answer(api.GET("/api/turns/next", { params: { query: lead } })),
  });

/** One change, and what is said when it is done. */
export type TurnChange<A extends { tx_id: string }> = {
  send: () => Promise<A>;
  message: string | ((answer: A) => string);
};

/** Sends a change, offers to take it back, and has everything about turns read again. Faults are the caller's to show. */
export function useTurnChange<A extends { tx_id: string } = { tx_id: string }>() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ send, message }: TurnChange<A>) => undoable(send, message),
    onSettled: () => {
      for (const family of ["tray", "users"]) void client.invalidateQueries({ queryKey: [family] });
      void client.invalidateQueries({ queryKey: ["turns", "next"] });
      // Over only once the settings are read again: what a form then shows is what is stored, also after a quick undo.
      return client.invalidateQueries(turnsQuery);
    },
  });
}

/** The path of something with an id. */
export const byId = (id: string) => ({ params: { path: { id } } });
