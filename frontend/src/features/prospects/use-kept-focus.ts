import { useQueryClient } from "@tanstack/react-query";
import { type RefObject, useCallback, useRef } from "react";
import { isFocusLost, isInLeaving, openDialog } from "@/shared/lib/keyboard";

/** How long the focus looks for a card that moves, in milliseconds. */
const patience = 1500;

/** Who takes the focus of a card that has gone, in order: the cards below it in its column, then those above, the nearest first. */
export function heirsOf(column: readonly string[], id: string): string[] {
  const at = column.indexOf(id);
  return at < 0 ? [] : [...column.slice(at + 1), ...column.slice(0, at).reverse()];
}

const cardIn = (box: ParentNode | null | undefined, id: string) =>
  box?.querySelector<HTMLElement>(`[data-card="${id}"]`) ?? null;

/** The focus is nowhere, on the board already, or in a dialog that has just been answered. */
function mayTakeFocus(board: HTMLElement): boolean {
  const { activeElement } = document;
  return (
    isFocusLost() || activeElement === null || board.contains(activeElement) || isInLeaving(activeElement)
  );
}

/**
 * Keeps the focus on a card that is drawn anew in another column: moved, taken back by Ctrl+Z, or moved by somebody else.
 * When it lands out of view the column's first in view takes it, and when it has left the board the card that was next to it.
 */
export function useKeptFocus(
  board: RefObject<HTMLElement | null>,
  stageOf: (id: string) => string | undefined,
) {
  const client = useQueryClient();
  const latest = useRef(stageOf);
  latest.current = stageOf;

  /** Goes after a card; with `to`, only when it has got there. A dialog that asks something keeps the focus until it is answered. */
  const follow = useCallback(
    (id: string, to?: string) => {
      const box = board.current;
      if (box === null) return;
      const columnOf = (stage: string) => box.querySelector(`section[data-place="${stage}"]`);
      const own = cardIn(box, id)?.closest("section");
      const drawn = [...(own?.querySelectorAll<HTMLElement>("[data-card]") ?? [])];
      const heirs = heirsOf(
        drawn.map(({ dataset }) => dataset.card ?? ""),
        id,
      );
      const until = performance.now() + patience;
      const isSettled = () =>
        client.isMutating() === 0 && client.isFetching({ queryKey: ["prospects"] }) === 0;
      const heir = () => {
        const stage = latest.current(id);
        if (stage !== undefined) return columnOf(stage)?.querySelector<HTMLElement>("[data-card]");
        const next = heirs.map((each) => cardIn(own, each)).find((card) => card !== null);
        return next ?? box.querySelector<HTMLElement>("[data-card]");
      };
      const look = () => {
        if (!box.isConnected || !mayTakeFocus(box)) return;
        const card = cardIn(to === undefined ? box : columnOf(to), id);
        const isLate = performance.now() > until;
        if (openDialog() === null && card !== null) card.focus();
        else if (!isLate && (openDialog() !== null || !isSettled())) requestAnimationFrame(look);
        else if (!box.contains(document.activeElement)) heir()?.focus();
      };
      requestAnimationFrame(look);
    },
    [board, client],
  );

  /** For a card that is taken from its column while it has the focus; one that is only scrolled out of view is left alone. */
  const onLost = useCallback(
    (id: string, stage: string) => {
      if (latest.current(id) !== stage) follow(id);
    },
    [follow],
  );
  return { follow, onLost };
}
