import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import type { Card } from "@/shared/api/types";
import { refreshProspect } from "@/shared/prospect/prospect-cache";
import { showDone, showError, undoable } from "@/shared/ui/undo-toast";
import { foreseeMove } from "./board-cache";
import type { BoardSearch } from "./board-queries";

/** A card on its way: to another stage, or off the board. */
export type Move = {
  card: Card;
  /** The stage it goes to; `null` when it is discarded. */
  to: string | null;
  fields: {
    stage_id?: string;
    stage_reason?: string;
    temperature?: string;
    status?: string;
    reason_id?: string;
  };
  message: string;
  /** False for what is not to be taken back by a key. */
  undoable: boolean;
};

const mutationKey = ["card-move"];

/** Moves a card: at once on the screen, back where it was when it is refused. */
export function useMoveCard(search: BoardSearch, onRefused: (move: Move, thrown: unknown) => boolean) {
  const client = useQueryClient();
  return useMutation({
    mutationKey,
    mutationFn: ({ card: { id }, fields, message, undoable: isUndoable }: Move) => {
      const send = () => answer(api.PATCH("/api/prospects/{id}", { params: { path: { id } }, body: fields }));
      return isUndoable ? undoable(send, message) : send();
    },
    onMutate: async ({ card, to }: Move) => {
      await client.cancelQueries({ queryKey: ["prospects"] });
      return { takeBack: foreseeMove(client, search, card, to) };
    },
    onSuccess: (_answer, { message, undoable: isUndoable }) => {
      if (!isUndoable) showDone(message);
    },
    onError: (thrown, move, context) => {
      context?.takeBack();
      if (!onRefused(move, thrown)) showError(thrown);
    },
    onSettled: (_answer, _thrown, { card }) => {
      // While another card is on its way, reading now would show the board before it.
      if (client.isMutating({ mutationKey }) === 1) refreshProspect(client, card.id);
    },
  });
}
