import {
  type KeyboardEvent,
  type PointerEvent as ReactPointerEvent,
  type RefObject,
  useEffect,
  useRef,
  useState,
} from "react";
import { useTranslation } from "react-i18next";
import type { AgendaItem } from "@/shared/api/types";
import { nudge, type Slot, slotOf, snap } from "./agenda-days";
import { movedTo, reschedule, useAgendaAct } from "./agenda-queries";

/** Something on its way to another time, by the pointer or by the keys. */
export type Hold = { item: AgendaItem; slot: Slot; by: "pointer" | "keys" };

/** How far a pressed pointer goes before it drags, in pixels. */
const slack = 5;

/** How near the edge of the box a drag scrolls it, and how far at once, in pixels. */
const edge = 28;
const stride = 16;

/** The slot under the pointer: the day from the column, the time from how far down it is. */
function slotUnder(x: number, y: number, grabbed: number): Slot | null {
  for (const element of document.elementsFromPoint(x, y)) {
    const cell = element.closest<HTMLElement>("[data-day]");
    const day = cell?.dataset.day;
    if (cell === null || day === undefined) continue;
    if (cell.dataset.dates !== undefined) return { day, minute: null };
    const { top, height } = cell.getBoundingClientRect();
    return { day, minute: snap(((y - grabbed - top) / height) * 24 * 60) };
  }
  return null;
}

const isSame = (a: Slot, b: Slot) => a.day === b.day && a.minute === b.minute;

/**
 * Moves things about: dragged by the pointer, or taken with M, moved with the arrows and put down with Enter. Escape puts
 * everything back. Each move is one change with one undo; what was done stays where it was.
 */
export function useMoving(days: readonly string[], box: RefObject<HTMLElement | null>) {
  const { t } = useTranslation("agenda");
  const { mutate } = useAgendaAct();
  const [hold, setHold] = useState<Hold | null>(null);
  const latest = useRef(hold);
  latest.current = hold;
  const held = useRef<HTMLButtonElement>(null);
  const justDropped = useRef(false);
  const stop = useRef<() => void>(() => undefined);
  useEffect(() => () => stop.current(), []);
  // The button is drawn anew in another column; the keyboard follows it.
  useEffect(() => {
    if (hold?.by === "keys") held.current?.focus();
  }, [hold]);

  const drop = () => {
    const done = latest.current;
    setHold(null);
    if (done === null || isSame(done.slot, slotOf(done.item))) return;
    const { item, slot } = done;
    mutate({
      item,
      message: t("moved"),
      send: () => reschedule(item, slot),
      becomes: movedTo(item, slot),
    });
  };

  const drag = (item: AgendaItem, event: ReactPointerEvent<HTMLButtonElement>) => {
    if (event.button !== 0 || event.pointerType === "touch" || item.done_at !== null) return;
    const from = { x: event.clientX, y: event.clientY };
    const grabbed = event.clientY - event.currentTarget.getBoundingClientRect().top;
    let moving = false;
    const move = ({ clientX, clientY }: PointerEvent) => {
      if (!moving && Math.hypot(clientX - from.x, clientY - from.y) < slack) return;
      moving = true;
      const frame = box.current?.getBoundingClientRect();
      if (frame !== undefined && clientY > frame.bottom - edge) box.current?.scrollBy(0, stride);
      if (frame !== undefined && clientY < frame.top + 2 * edge) box.current?.scrollBy(0, -stride);
      const slot = slotUnder(clientX, clientY, grabbed);
      if (slot !== null) setHold({ item, slot, by: "pointer" });
    };
    const end = (kept: boolean) => {
      stop.current();
      if (!moving) return;
      justDropped.current = true; // the click that follows is the end of the drag
      setTimeout(() => {
        justDropped.current = false;
      });
      if (kept) drop();
      else setHold(null);
    };
    const up = () => end(true);
    const cancel = () => end(false);
    const key = ({ key: name }: globalThis.KeyboardEvent) => name === "Escape" && end(false);
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up);
    window.addEventListener("pointercancel", cancel);
    window.addEventListener("keydown", key);
    stop.current = () => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", up);
      window.removeEventListener("pointercancel", cancel);
      window.removeEventListener("keydown", key);
    };
  };

  const keys = (item: AgendaItem, event: KeyboardEvent<HTMLButtonElement>) => {
    const now = latest.current?.by === "keys" && latest.current.item.id === item.id ? latest.current : null;
    if (now === null) {
      const isTake = event.key.toLowerCase() === "m" && !event.ctrlKey && !event.metaKey && !event.altKey;
      if (!isTake || item.done_at !== null) return;
      event.preventDefault();
      setHold({ item, slot: slotOf(item), by: "keys" });
      return;
    }
    if (event.key === "Tab") {
      setHold(null);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") setHold(null);
    else if (event.key === "Enter" || event.key === " ") drop();
    else if (event.key.startsWith("Arrow")) {
      const slot = nudge(now.slot, event.key);
      if (days.includes(slot.day)) setHold({ ...now, slot });
    }
  };

  /** What makes a button of the agenda movable. */
  const grip = (item: AgendaItem) => ({
    ...(hold?.item.id === item.id ? { button: held } : {}),
    onPointerDown: (event: ReactPointerEvent<HTMLButtonElement>) => drag(item, event),
    onKeyDown: (event: KeyboardEvent<HTMLButtonElement>) => keys(item, event),
    mayOpen: () => !justDropped.current && latest.current === null,
  });

  return { hold, grip };
}
