import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import { undoable } from "@/shared/ui/undo-toast";

/** What was written here and did not stay. */
export const changesQuery = queryOptions({
  queryKey: ["sync", "changes"],
  queryFn: () => answer(api.GET("/api/sync/changes")),
  select: ({ items }) => items,
});

/** What sellers wrote and the host refused. Administrators only. */
export const refusalsQuery = queryOptions({
  queryKey: ["sync", "refusals"],
  queryFn: () => answer(api.GET("/api/sync/refusals")),
  select: ({ items }) => items,
});

/** The two things a person can do with lines of a list. */
export type Settle = {
  apply: (ids: string[]) => Promise<{ tx_id: string }>;
  dismiss: (ids: string[]) => Promise<unknown>;
};

/** One's own list. */
export const ownSettle: Settle = {
  apply: (ids) => answer(api.POST("/api/sync/changes/apply", { body: { ids } })),
  dismiss: (ids) => answer(api.POST("/api/sync/changes/dismiss", { body: { ids } })),
};

/** The office's list. */
export const officeSettle: Settle = {
  apply: (ids) => answer(api.POST("/api/sync/refusals/apply", { body: { ids } })),
  dismiss: (ids) => answer(api.POST("/api/sync/refusals/dismiss", { body: { ids } })),
};

/** Applies or dismisses lines and reads the lists again. */
export function useSettle(settle: Settle) {
  const client = useQueryClient();
  // Nobody waits for it: the lines that asked are gone by then.
  const refresh = () => void client.invalidateQueries({ queryKey: ["sync"] });
  return {
    apply: useMutation({
      mutationFn: ({ ids, message }: { ids: string[]; message: string }) =>
        undoable(() => settle.apply(ids), message),
      onSuccess: refresh,
    }),
    dismiss: useMutation({ mutationFn: settle.dismiss, onSuccess: refresh }),
  };
}
