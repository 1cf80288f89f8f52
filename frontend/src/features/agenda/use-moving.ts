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
import { isFocusLost } from "@/shared/lib/keyboard";
import { isMeeting, lengthOf } from "@/shared/prospect/length";
import { isOn, nudge, type Part, type Slot, slotAtHeight, slotOf, snapLength, step } from "./agenda-days";
import { movedTo, reschedule, resize, resizedTo, useAgendaAct } from "./agenda-queries";

/** Something on its way to another time or length, by the pointer or by the keys. */
export type Hold = { item: AgendaItem; slot: Slot; minutes: number; by: "pointer" | "keys" };

/** The part of it that is pressed: when it begins on its day, and how much was before. */
type HeldPart = Pick<Part<AgendaItem>, "minute" | "before">;

/** The part that is pressed of what is drawn outside the days. */
const start: HeldPart = { minute: 0, before: 0 };

/** What a button needs to be moved from where it is. */
type Lift = {
  onPointerDown: (event: ReactPointerEvent<HTMLButtonElement>) => void;
  onKeyDown: (event: KeyboardEvent<HTMLButtonElement>) => void;
  mayOpen: () => boolean;
};

/** What is being moved, and what makes buttons movable: those in the days with `grip`, those outside with `lift`. */
export type Moving = {
  hold: Hold | null;
  grip: (item: AgendaItem, part?: HeldPart) => Lift & { button?: RefObject<HTMLButtonElement | null> };
  lift: (item: AgendaItem) => Lift;
};

/** How long the focus looks for what was put down, in ms: it is drawn anew where it goes. */
const following = 1500;

/** Takes the focus along with what the keys have put down, unless somebody has moved it elsewhere meanwhile. */
function followItem(box: HTMLElement | null, id: string): void {
  const until = performance.now() + following;
  const look = () => {
    if (isFocusLost()) box?.querySelector<HTMLElement>(`[data-item="${id}"]`)?.focus();
    if (performance.now() < until) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** What has a length that can be changed: an appointment at a time, still to come. */
export function isResizable({ kind, due_at, done_at }: AgendaItem): boolean {
  return isMeeting(kind) && due_at !== null && done_at === null;
}

/** The item as it would be if it were let go now. */
export function heldItem({ item, slot, minutes }: Hold): AgendaItem {
  const moved = isSame(slot, slotOf(item)) ? item : movedTo(item, slot);
  return minutes === lengthOf(item) ? moved : resizedTo(moved, minutes);
}

/** How far a pressed pointer goes before it drags, in pixels. */
const slack = 5;

/** How near the edge of the box a drag scrolls it, and how far at once, in pixels. */
const edge = 28;
const stride = 16;

/** The slot under the pointer: the day from the column, the time from how far down it is, and from how much is before. */
function slotUnder(x: number, y: number, grabbed: number, before: number): Slot | null {
  for (const element of document.elementsFromPoint(x, y)) {
    const cell = element.closest<HTMLElement>("[data-day]");
    const day = cell?.dataset.day;
    if (cell === null || day === undefined) continue;
    if (cell.dataset.dates !== undefined) return { day, minute: null };
    const { top, height } = cell.getBoundingClientRect();
    return slotAtHeight(day, ((y - grabbed - top) / height) * 24 * 60, before);
  }
  return null;
}

/** How long something would be whose part begins at a time of a day, if it ended under the pointer. */
function lengthUnder(cell: Element, y: number, { minute, before }: HeldPart): number {
  const { top, height } = cell.getBoundingClientRect();
  const length = Math.max(((y - top) / height) * 24 * 60 - minute, step);
  return snapLength(before + length, before + 24 * 60 - minute);
}

const isSame = (a: Slot, b: Slot) => a.day === b.day && a.minute === b.minute;

/**
 * Moves things about: dragged by the pointer, or taken with M, moved with the arrows and put down with Enter. An appointment's
 * lower edge is dragged, or Shift with the arrows pressed, to make it longer or shorter. Escape puts everything back. Each is
 * one change with one undo; what was done stays as it was. What is overdue since before these days comes in on today.
 */
export function useMoving(
  days: readonly string[],
  today: string,
  box: RefObject<HTMLElement | null>,
): Moving {
  const { t } = useTranslation("agenda");
  const { mutate } = useAgendaAct();
  const [hold, setHold] = useState<Hold | null>(null);
  const latest = useRef(hold);
  latest.current = hold;
  const held = useRef<HTMLButtonElement>(null);
  const justDropped = useRef(false);
  const stop = useRef<() => void>(() => undefined);
  /** Where the keys took it, which is outside the days for what is overdue. */
  const taken = useRef<HTMLElement | null>(null);
  useEffect(() => () => stop.current(), []);
  // The button is drawn anew in another column; the keyboard follows it.
  useEffect(() => {
    if (hold?.by === "keys") held.current?.focus();
  }, [hold]);

  const drop = () => {
    const done = latest.current;
    setHold(null);
    if (done === null) return;
    const { item, slot, minutes } = done;
    if (minutes !== lengthOf(item)) {
      mutate({
        item,
        message: t("resized"),
        send: () => resize(item, minutes),
        becomes: resizedTo(item, minutes),
      });
      return;
    }
    if (isSame(slot, slotOf(item))) return;
    mutate({
      item,
      message: t("moved"),
      send: () => reschedule(item, slot),
      becomes: movedTo(item, slot),
    });
  };

  const drag = (item: AgendaItem, part: HeldPart, event: ReactPointerEvent<HTMLButtonElement>) => {
    if (event.button !== 0 || event.pointerType === "touch" || item.done_at !== null) return;
    const from = { x: event.clientX, y: event.clientY };
    const grabbed = event.clientY - event.currentTarget.getBoundingClientRect().top;
    const cell = event.currentTarget.closest("[data-day]");
    const stands = slotOf(item);
    const isEdge = event.target instanceof Element && event.target.closest("[data-edge]") !== null;
    let moving = false;
    const move = ({ clientX, clientY }: PointerEvent) => {
      if (!moving && Math.hypot(clientX - from.x, clientY - from.y) < slack) return;
      moving = true;
      const frame = box.current?.getBoundingClientRect();
      if (frame !== undefined && clientY > frame.bottom - edge) box.current?.scrollBy(0, stride);
      if (frame !== undefined && clientY < frame.top + 2 * edge) box.current?.scrollBy(0, -stride);
      if (isEdge) {
        if (cell === null || stands.minute === null) return;
        setHold({ item, slot: stands, minutes: lengthUnder(cell, clientY, part), by: "pointer" });
        return;
      }
      const slot = slotUnder(clientX, clientY, grabbed, part.before);
      if (slot !== null) setHold({ item, slot, minutes: lengthOf(item), by: "pointer" });
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
      taken.current = event.currentTarget;
      const { day, minute } = slotOf(item);
      const first = days.includes(today) ? today : (days[0] ?? today);
      const slot = isOn(item, days) ? { day, minute } : { day: first, minute };
      setHold({ item, slot, minutes: lengthOf(item), by: "keys" });
      return;
    }
    if (event.key === "Tab") {
      setHold(null);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") {
      setHold(null);
      if (taken.current?.isConnected) taken.current.focus();
      followItem(box.current, item.id);
    } else if (event.key === "Enter" || event.key === " ") {
      drop();
      followItem(box.current, item.id);
    } else if (event.shiftKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      const { minute } = slotOf(item);
      if (minute === null || !isResizable(item)) return;
      const minutes = snapLength(now.minutes + (event.key === "ArrowDown" ? step : -step));
      setHold({ ...now, slot: slotOf(item), minutes });
    } else if (event.key.startsWith("Arrow")) {
      const next = { ...now, slot: nudge(now.slot, event.key), minutes: lengthOf(item) };
      if (isOn(heldItem(next), days)) setHold(next);
    }
  };

  const lift = (item: AgendaItem) => ({
    onPointerDown: (event: ReactPointerEvent<HTMLButtonElement>) => drag(item, start, event),
    onKeyDown: (event: KeyboardEvent<HTMLButtonElement>) => keys(item, event),
    mayOpen: () => !justDropped.current && latest.current === null,
  });

  /** What makes a button of the agenda movable: of what passes midnight, either part moves the whole. */
  const grip = (item: AgendaItem, part: HeldPart = start) => ({
    ...lift(item),
    // The keys go with where it begins, as long as that is on screen.
    ...(hold?.item.id === item.id && (part.before === 0 || !days.includes(hold.slot.day))
      ? { button: held }
      : {}),
    onPointerDown: (event: ReactPointerEvent<HTMLButtonElement>) => drag(item, part, event),
  });

  return { hold, grip, lift };
}
