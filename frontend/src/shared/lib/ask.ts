import { useEffect, useRef } from "react";

/** What one part of the program may ask another for, wherever that is shown. */
export type Asked = "new-prospect" | "next-action" | "assign";

/** How long a request waits for the screen that answers it, in milliseconds. */
const patience = 3000;

const listeners = new Map<Asked, () => void>();
let waiting: { what: Asked; at: number } | null = null;

/** Asks the screen that is shown, or the one that is about to be, to begin something. */
export function ask(what: Asked): void {
  const answer = listeners.get(what);
  if (answer === undefined) waiting = { what, at: Date.now() };
  else answer();
}

/** Answers requests while the component is on screen, also one that was made a moment before. */
export function useAsked(what: Asked, answer: () => void): void {
  const latest = useRef(answer);
  latest.current = answer;
  useEffect(() => {
    const listener = () => latest.current();
    listeners.set(what, listener);
    if (waiting?.what === what && Date.now() - waiting.at < patience) listener();
    if (waiting?.what === what) waiting = null;
    return () => {
      if (listeners.get(what) === listener) listeners.delete(what);
    };
  }, [what]);
}
