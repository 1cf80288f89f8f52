import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import type { RelayState } from "@/shared/api/types";

/** How often the page looks while it is open, in ms: what waits at the relay changes without an event. */
const glance = 10_000;

/** How the office stands with its relay. Administrators only. */
export const relayQuery = queryOptions({
  queryKey: ["relay"],
  queryFn: () => answer(api.GET("/api/relay")),
  refetchInterval: glance,
});

/** A mutation that answers with the whole state as it is now. */
function useRelayAnswer<Input>(run: (input: Input) => Promise<RelayState>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: (state) => {
      client.setQueryData(relayQuery.queryKey, state);
      void client.invalidateQueries({ queryKey: ["health"] });
    },
  });
}

/** What an administrator types in; an empty token keeps the stored one. */
export type RelaySetting = { address: string; admission: string };

/** Changes of the relay; each answers with the state after it. */
export function useRelay() {
  return {
    connect: useRelayAnswer((body: RelaySetting) => answer(api.PUT("/api/relay", { body }))),
    remove: useRelayAnswer(() => answer(api.DELETE("/api/relay"))),
    subscribe: useRelayAnswer(() => answer(api.POST("/api/relay/subscribe"))),
    check: useRelayAnswer(() => answer(api.POST("/api/relay/check"))),
    publish: useRelayAnswer((body: { privacy: string; deletion: string }) =>
      answer(api.PUT("/api/relay/texts", { body })),
    ),
  };
}
