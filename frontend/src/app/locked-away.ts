import { useLayoutEffect } from "react";
import { subscribeSession } from "@/shared/api/session";
import { isFocusLost } from "@/shared/lib/keyboard";

/** What keys and presses the rest of the page listens for, beyond the element that they are made on. */
const gestures = [
  "keydown",
  "keyup",
  "keypress",
  "mousedown",
  "mouseup",
  "pointerdown",
  "pointerup",
  "click",
  "touchstart",
  "touchmove",
  "wheel",
  "focusin",
] as const;

/** What had the focus when the screen was locked. */
let left: Element | null = null;
let isLocked = false;

/**
 * Keeps the program out of reach behind the lock. The screens themselves App hides; this hides what stands outside them – dialogs,
 * menus, the palette, toasts, all drawn in one element – and holds every key and press back from those who listen on the document
 * or the window: shortcuts, Ctrl+Z, Ctrl+K, the focus that a dialog keeps to itself, the click beside a popover that closes it. So
 * all of it is as it was after unlocking. Called once, before anything else listens.
 */
export function installLock(): void {
  subscribeSession(({ locked }) => {
    if (locked && !isLocked) left = document.activeElement;
    isLocked = locked;
    const portals = document.getElementById("portals");
    if (portals === null) return;
    portals.hidden = locked;
    portals.inert = locked;
  });
  // React hears them on #root, within the body; whoever listens further out does not.
  for (const name of gestures)
    document.body.addEventListener(name, (event) => isLocked && event.stopPropagation(), { passive: true });
  // A dialog hears Escape before anybody. The lock screen has no use for it.
  window.addEventListener(
    "keydown",
    (event) => isLocked && event.key === "Escape" && event.stopImmediatePropagation(),
    { capture: true },
  );
}

/** Gives the focus back after unlocking to what had it, or to the screen where that is gone. */
export function useFocusAfterLock(locked: boolean): void {
  useLayoutEffect(() => {
    if (locked || left === null) return;
    if (left instanceof HTMLElement) left.focus();
    left = null;
    if (isFocusLost()) document.getElementById("contenido")?.focus();
  }, [locked]);
}
