import { useEffect, useRef } from "react";
import { forgetAtSignOut } from "@/shared/api/session";

/** What one part of the program may ask another for, wherever that is shown. */
export type Asked =
  | "new-prospect"
  | "new-activity"
  | "next-action"
  | "log-call"
  | "note"
  | "assign"
  | "stage"
  | "edit"
  | "export";

/** How long a request waits for the screen that answers it, in milliseconds. */
const patience = 3000;

const listeners = new Map<Asked, (about: string) => void>();
let waiting: { what: Asked; about: string; at: number } | null = null;

forgetAtSignOut(() => {
  waiting = null;
});

/** Asks the screen that is shown, or the one that is about to be, to begin something; `about` is an id it may need. */
export function ask(what: Asked, about = ""): void {
  const answer = listeners.get(what);
  if (answer === undefined) waiting = { what, about, at: Date.now() };
  else answer(about);
}

/** True when what is on screen answers such a request. */
export function canAsk(what: Asked): boolean {
  return listeners.has(what);
}

/** Answers requests while the component is on screen, also one that was made a moment before. */
export function useAsked(what: Asked, answer: (about: string) => void): void {
  const latest = useRef(answer);
  latest.current = answer;
  useEffect(() => {
    const listener = (about: string) => latest.current(about);
    listeners.set(what, listener);
    if (waiting?.what === what && Date.now() - waiting.at < patience) listener(waiting.about);
    if (waiting?.what === what) waiting = null;
    return () => {
      if (listeners.get(what) === listener) listeners.delete(what);
    };
  }, [what]);
}
