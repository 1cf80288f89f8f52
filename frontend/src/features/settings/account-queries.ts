import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import { meQuery } from "@/shared/api/me";
import type { Me, Preferences } from "@/shared/api/types";
import { showError } from "@/shared/ui/undo-toast";

/** Changes preferences at once on screen, and takes them back if the program refuses. */
export function usePreferencesChange() {
  const client = useQueryClient();
  return useMutation({
    // onMutate has put the change in by then, so this sends all preferences as they are to be.
    mutationFn: (change: Partial<Preferences>) => {
      const current = client.getQueryData(meQuery.queryKey)?.preferences;
      return answer(api.PATCH("/api/me/preferences", { body: { ...current, ...change } }));
    },
    onMutate: (change) => {
      const before = client.getQueryData(meQuery.queryKey);
      client.setQueryData(meQuery.queryKey, (me: Me | undefined) =>
        me === undefined ? me : { ...me, preferences: { ...me.preferences, ...change } },
      );
      return before;
    },
    onError: (fault, _change, before) => {
      client.setQueryData(meQuery.queryKey, before);
      showError(fault);
    },
  });
}

/** Replaces the person's own password. */
export function usePasswordChange() {
  return useMutation({
    mutationFn: (body: { current: string; new: string }) => answer(api.PUT("/api/me/password", { body })),
  });
}
