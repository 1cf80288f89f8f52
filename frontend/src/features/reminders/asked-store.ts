import { useSyncExternalStore } from "react";
import { forgetAtSignOut } from "@/shared/api/session";

let asked = "";
const listeners = new Set<() => void>();

function set(id: string): void {
  if (asked === id) return;
  asked = id;
  for (const listener of listeners) listener();
}

/** Has the bell open and ask how the step of this reminder went: its end was told from outside the page. */
export const askHow = (reminderId: string): void => set(reminderId);

/** It was answered, or the person closed the bell: then the reminder waits there like any other. */
export const forgetAsked = (): void => set("");

forgetAtSignOut(forgetAsked);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The reminder that is asked about; "" for none. */
export function useAskedHow(): string {
  return useSyncExternalStore(subscribe, () => asked);
}
