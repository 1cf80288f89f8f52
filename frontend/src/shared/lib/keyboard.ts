import { useEffect, useRef } from "react";

/** One shortcut per entry: a key such as "j", "Enter", "/" or "?", or "g p" for two keys in a row. */
export type Shortcuts = Record<string, (event: KeyboardEvent) => void>;

/** True while keys belong to a field, a menu or an open dialog, so single letters must not act. */
export function isTyping(target: EventTarget | null, root: Document = document): boolean {
  if (root.querySelector('[role="dialog"]') !== null) return true;
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('[role="menu"], [role="listbox"]') !== null) return true;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
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

/** Binds single-key shortcuts while the component is on screen; silent while the person types. */
export function useShortcuts(shortcuts: Shortcuts, enabled = true): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    if (!enabled) return;
    const match = createMatcher();
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isTyping(event.target)) return;
      const name = match(Object.keys(latest.current), keyName(event), event.timeStamp);
      if (name === null) return;
      event.preventDefault();
      latest.current[name]?.(event);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [enabled]);
}
