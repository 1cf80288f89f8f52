import { type KeyboardEvent, type RefObject, useState } from "react";
import type { Card } from "@/shared/api/types";

/** The card that keys have lifted, and above which column they hold it. */
export type Lift = { card: Card; from: string; over: string };

type CardKeys = {
  board: RefObject<HTMLElement | null>;
  /** Where a card may be put, in order. */
  places: readonly string[];
  cardOf: (id: string) => Card | undefined;
  onOpen: (card: Card) => void;
  onDrop: (card: Card, to: string) => void;
  say: (what: "lifted" | "over" | "dropped" | "cancelled", lift: Lift) => void;
};

function focusOf(event: KeyboardEvent): HTMLElement | null {
  return event.target instanceof HTMLElement ? event.target.closest<HTMLElement>("[data-card]") : null;
}

/** The card beside this one: in its column by ±1, or the first in view of the next column that has any. */
function neighbour(board: HTMLElement, from: HTMLElement, key: string): HTMLElement | null {
  const column = from.closest("section");
  if (column === null) return null;
  const own = [...column.querySelectorAll<HTMLElement>("[data-card]")];
  if (key === "ArrowDown") return own[own.indexOf(from) + 1] ?? null;
  if (key === "ArrowUp") return own[own.indexOf(from) - 1] ?? null;
  const columns = [...board.querySelectorAll("section")];
  const step = key === "ArrowRight" ? 1 : -1;
  for (let at = columns.indexOf(column) + step; columns[at] !== undefined; at += step) {
    const top = columns[at]?.querySelector("[role=group]")?.getBoundingClientRect().top ?? 0;
    const cards = [...(columns[at]?.querySelectorAll<HTMLElement>("[data-card]") ?? [])];
    const shown = cards.find((card) => card.getBoundingClientRect().top >= top - 4) ?? cards[0];
    if (shown !== undefined) return shown;
  }
  return null;
}

/** How far a key goes in its column, in heights of what is in view. */
const strides: Record<string, number> = {
  Home: Number.NEGATIVE_INFINITY,
  PageUp: -1,
  PageDown: 1,
  End: Number.POSITIVE_INFINITY,
};

/** Scrolls a column and puts the focus on the card that is in view then; one that was scrolled away has lost it. */
function stride(from: HTMLElement, key: string): void {
  const box = from.closest<HTMLElement>("[role=group]");
  const step = strides[key];
  if (box === null || step === undefined) return;
  const before = box.scrollTop;
  const far = before + step * box.clientHeight;
  box.scrollTop = Math.max(0, Math.min(far, box.scrollHeight));
  const atEnd = box.scrollTop === before || !Number.isFinite(step);
  // Cards are drawn as they come into view, which takes a frame and another.
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      const { top } = box.getBoundingClientRect();
      const cards = [...box.querySelectorAll<HTMLElement>("[data-card]")];
      const inView = cards.find((card) => card.getBoundingClientRect().top >= top - 4);
      (atEnd ? cards.at(step < 0 ? 0 : -1) : inView)?.focus();
    }),
  );
}

const arrows = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"];

/**
 * Cards by key: arrows go from card to card, Home, End and the page keys along a column, Enter opens, Space lifts; then left and right choose the column,
 * Space or Enter puts the card down and Escape puts it back.
 */
export function useCardKeys({ board, places, cardOf, onOpen, onDrop, say }: CardKeys) {
  const [lift, setLift] = useState<Lift | null>(null);
  const cancel = () => {
    if (lift !== null) say("cancelled", lift);
    setLift(null);
  };
  const held = (event: KeyboardEvent, now: Lift) => {
    if (event.key === "Tab") return cancel();
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") return cancel();
    if (event.key === " " || event.key === "Enter") {
      setLift(null);
      say(now.over === now.from ? "cancelled" : "dropped", now);
      if (now.over !== now.from) onDrop(now.card, now.over);
      return;
    }
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const over = places[places.indexOf(now.over) + step];
    if (over === undefined) return;
    const next = { ...now, over };
    setLift(next);
    say("over", next);
    board.current
      ?.querySelector(`[data-place="${over}"]`)
      ?.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (lift !== null) return held(event, lift);
    const element = focusOf(event);
    const card = element === null ? undefined : cardOf(element.dataset.card ?? "");
    if (element === null || card === undefined) return;
    if (event.key === "Enter") {
      event.preventDefault();
      onOpen(card);
    } else if (event.key === " ") {
      event.preventDefault();
      const start = { card, from: card.stage_id, over: card.stage_id };
      setLift(start);
      say("lifted", start);
    } else if (arrows.includes(event.key) && board.current !== null) {
      event.preventDefault();
      neighbour(board.current, element, event.key)?.focus();
    } else if (event.key in strides) {
      event.preventDefault();
      stride(element, event.key);
    }
  };
  return { lift, onKeyDown, cancel };
}
