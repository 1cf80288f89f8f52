import { useMutation, useQueryClient } from "@tanstack/react-query";
import { showError, undoable } from "@/shared/ui/undo-toast";

/** One write about a contact: how to send it, and what the toast that offers to undo says. */
export type ContactChange = {
  send: () => Promise<{ tx_id: string; state?: string }>;
  message: string;
  /** Said instead where the host has not answered yet. */
  waiting?: string;
  done?: () => void;
};

/** Writes, says so, and reads contacts and prospects anew. */
export function useContactChange() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ send, message, waiting = message }: ContactChange) =>
      undoable(send, ({ state }) => (state === "waiting" ? waiting : message)),
    onSuccess: (_answer, { done }) => done?.(),
    onError: showError,
    onSettled: () => {
      for (const queryKey of [["contacts"], ["prospects"], ["prospect"]])
        void client.invalidateQueries({ queryKey });
    },
  });
}
