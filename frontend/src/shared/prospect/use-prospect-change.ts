import { useMutation, useQueryClient } from "@tanstack/react-query";
import { showError, undoable } from "@/shared/ui/undo-toast";
import { type Foresight, foresee, refreshProspect } from "./prospect-cache";

/** One write to a prospect: how to send it, what to say, and what the screen shows meanwhile. */
export type ProspectChange = Foresight & {
  send: () => Promise<{ tx_id: string }>;
  /** Said in the toast that offers to undo. Without it the change is silent, as for things nobody asked for. */
  message?: string;
};

const mutationKey = ["prospect-change"];

/**
 * Writes to one prospect: the screen changes at once, the toast offers to undo, and a refusal puts
 * everything back and says why.
 */
export function useProspectChange(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationKey,
    mutationFn: ({ send, message }: ProspectChange) =>
      message === undefined ? send() : undoable(send, message),
    onMutate: async (change) => {
      await client.cancelQueries({ queryKey: ["prospect", id] });
      return { takeBack: foresee(client, id, change) };
    },
    onError: (thrown, _change, context) => {
      context?.takeBack();
      showError(thrown);
    },
    onSettled: () => {
      // While another change is on its way, reading now would show the state before it.
      if (client.isMutating({ mutationKey }) === 1) refreshProspect(client, id);
    },
  });
}
