import { useEffect, useRef } from "react";

const offKey = "sitegroup.letters-off";

/** True while single letters do nothing, because the person has switched them off on this computer. */
export function lettersOff(): boolean {
  return typeof localStorage !== "undefined" && localStorage.getItem(offKey) === "true";
}

/** Switches single letters off or on. */
export function setLettersOff(off: boolean): void {
  if (off) localStorage.setItem(offKey, "true");
  else localStorage.removeItem(offKey);
}

/** Keys that go on working: they are no letters, and type nothing. */
const always = new Set(["Enter", "Escape", "Delete"]);

/** One shortcut per entry: a key such as "j", "Enter", "/" or "?", or "g p" for two keys in a row. */
export type Shortcuts = Record<string, (event: KeyboardEvent) => void>;

/** Kinds of input in which no letter can be typed. */
const wordless = new Set([
  "checkbox",
  "radio",
  "button",
  "submit",
  "reset",
  "range",
  "file",
  "color",
  "image",
]);

/** True for an element in which letters are typed, or which letters choose from. */
export function isTextField(element: Pick<HTMLElement, "tagName" | "isContentEditable">): boolean {
  if (element.isContentEditable) return true;
  if (element.tagName === "INPUT") return !wordless.has((element as HTMLInputElement).type);
  return element.tagName === "TEXTAREA" || element.tagName === "SELECT";
}

/** The class of a dialog from the moment it is closed until it has faded away; the theme gives it. */
export const leaving = "sg-leaving";

type Floating = Pick<Element, "classList" | "getAttribute">;
type Page<E extends Floating> = {
  querySelectorAll: (selectors: string) => Iterable<E>;
  getElementById: (id: string) => Floating | null;
};

/** True for a dialog, popover or menu that is still drawn but closed already: keys are no longer its own. */
function isLeaving(element: Floating, page: Pick<Page<Floating>, "getElementById">): boolean {
  if (element.classList.contains(leaving)) return true;
  // A popover or menu is named by what opens it, which says whether it is open.
  const opener = page.getElementById(element.getAttribute("aria-labelledby") ?? "");
  return opener?.getAttribute("aria-expanded") === "false";
}

/** The dialog or popover on top that is open; one that is fading away is not. */
export function openDialog<E extends Floating = HTMLElement>(
  page: Page<E> = document as unknown as Page<E>,
): E | null {
  return [...page.querySelectorAll('[role="dialog"]')].findLast((each) => !isLeaving(each, page)) ?? null;
}

/** True in what is fading away: it may have the focus for some milliseconds yet, but nothing is typed there any more. */
export function isInLeaving(target: Element): boolean {
  const around = target.closest('[role="dialog"], [role="menu"]');
  return around !== null && isLeaving(around, document);
}

/** True for a field that is being typed in, or chosen in with letters. */
export function isTypingField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && isTextField(target) && !isInLeaving(target);
}

/** True while keys belong to a field, a menu or an open dialog, so single letters must not act. */
export function isTyping(target: EventTarget | null): boolean {
  if (openDialog() !== null) return true;
  if (!(target instanceof HTMLElement) || isInLeaving(target)) return false;
  return target.closest('[role="menu"], [role="listbox"]') !== null || isTextField(target);
}

/**
 * The press that is on its way, and whether keys belonged to something when it began: the Escape that closes a dialog or a menu
 * does nothing else, although both are closed by the time it gets to a shortcut.
 */
let press: { event: Event; wasTyping: boolean } | null = null;

// Before anybody else: those who close something listen on the window too, and are there later.
if (typeof window !== "undefined") {
  window.addEventListener(
    "keydown",
    (event) => {
      press = { event, wasTyping: isTyping(event.target) };
    },
    { capture: true },
  );
}

const presses = "button, a[href], summary, [role=button], [role=tab], [role=option]";

/** True for a key that presses what has the focus: Enter on a button is the button's, and no list's. */
export function isPress(event: Pick<KeyboardEvent, "key" | "target">): boolean {
  return event.key === "Enter" && event.target instanceof Element && event.target.closest(presses) !== null;
}

/** True while the focus is nowhere: what had it has gone from the screen, or nothing has had it yet. */
export function isFocusLost(root: Document = document): boolean {
  const active = root.activeElement;
  return active === null || active === root.body || active.id === "contenido";
}

/** As a ref: takes the focus when what had it has gone from the screen in the same moment. */
export function takeLostFocus(element: HTMLElement | null): void {
  if (isFocusLost()) element?.focus();
}

/** The name of a key press as Shortcuts writes it: letters in lower case, others as the browser names them. */
export function keyName(event: Pick<KeyboardEvent, "key">): string {
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}

/** How long the first key of a pair waits for the second, in milliseconds. */
const pairWindow = 1200;

/**
 * Follows key presses and says which entry of the table they complete. `null` means none. Time comes from
 * the caller, in milliseconds, so that the pair window can be tested.
 */
export function createMatcher(): (keys: readonly string[], key: string, at: number) => string | null {
  let first: { key: string; at: number } | null = null;
  return (keys, key, at) => {
    const pair = first !== null && at - first.at <= pairWindow ? `${first.key} ${key}` : null;
    first = null;
    if (pair !== null && keys.includes(pair)) return pair;
    if (keys.some((name) => name.startsWith(`${key} `))) {
      first = { key, at };
      return null;
    }
    return keys.includes(key) ? key : null;
  };
}

/**
 * The first key of a pair that somewhere on the screen has begun, and the key that came after it. That one belongs to the
 * pair: whoever listens for it alone leaves it be.
 */
let begun: { at: number; next: KeyboardEvent | null } | null = null;

/** True for the key that follows the first of a pair. */
function isSecond(event: KeyboardEvent): boolean {
  if (begun === null || event.timeStamp === begun.at || event.timeStamp - begun.at > pairWindow) return false;
  begun.next ??= event;
  return begun.next === event;
}

/** The tables that are bound just now. */
const bound = new Set<{ current: Shortcuts }>();

/**
 * Binds single-key shortcuts while the component is on screen; silent while the person types. A `fallback` acts only on
 * keys that nothing else on the screen has bound.
 */
export function useShortcuts(shortcuts: Shortcuts, enabled = true, fallback = false): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    if (!enabled) return;
    const match = createMatcher();
    const isTaken = (name: string) => [...bound].some((other) => other !== latest && name in other.current);
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isTyping(event.target) || (press?.event === event && press.wasTyping)) return;
      if (isPress(event) || (lettersOff() && !always.has(event.key))) return;
      const names = Object.keys(latest.current);
      const second = isSecond(event);
      const name = match(names, keyName(event), event.timeStamp);
      if (name === null && names.some((pair) => pair.startsWith(`${keyName(event)} `))) {
        begun = { at: event.timeStamp, next: null };
      }
      if (name === null || (second && !name.includes(" ")) || (fallback && isTaken(name))) return;
      event.preventDefault();
      latest.current[name]?.(event);
    };
    bound.add(latest);
    window.addEventListener("keydown", onKey);
    return () => {
      bound.delete(latest);
      window.removeEventListener("keydown", onKey);
    };
  }, [enabled, fallback]);
}
