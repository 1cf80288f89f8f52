import { useSyncExternalStore } from "react";

/**
 * Where this page stands with its account. The token is kept for the tab only: closing the window or the
 * tab signs out on this computer. `locked` keeps the token but shows the lock screen.
 */
export type SessionState = { token: string | null; locked: boolean };

const storageKey = "sitegroup.session";
// Tests run without a page, so there may be no storage.
const storage: Storage | undefined = globalThis.sessionStorage;
let state: SessionState = { token: storage?.getItem(storageKey) ?? null, locked: false };
/** Hears of a change: how it stands now, and how it stood before. */
type Listener = (now: SessionState, before: SessionState) => void;

const listeners = new Set<Listener>();

function change(next: SessionState): void {
  const before = state;
  state = next;
  for (const listener of listeners) listener(next, before);
}

/** The session as it is now, for code outside React. */
export function currentSession(): SessionState {
  return state;
}

/** Enters with a fresh token. */
export function enterSession(token: string): void {
  storage?.setItem(storageKey, token);
  change({ token, locked: false });
}

/** Forgets the token: after signing out, or when the server no longer knows it. */
export function leaveSession(): void {
  storage?.removeItem(storageKey);
  change({ token: null, locked: false });
}

/**
 * Covers the screen until the password is given again. The token stays in memory only, so that loading the
 * page anew leads to the sign-in screen and not around the lock. A person who locks calls lockScreen, which tells
 * the program too.
 */
export function lockSession(): void {
  if (state.token === null || state.locked) return;
  storage?.removeItem(storageKey);
  change({ ...state, locked: true });
}

/** Uncovers the screen; the caller has had the password checked. */
export function unlockSession(): void {
  if (!state.locked || state.token === null) return;
  storage?.setItem(storageKey, state.token);
  change({ ...state, locked: false });
}

/** Calls back after each change; returns how to stop. */
export function subscribeSession(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Has something forgotten at the end of each session, however it ends. Whatever keeps in a module what is one person's – names,
 * what they did, what waits for them – registers here: the next person on this page finds nothing of it.
 */
export function forgetAtSignOut(forget: () => void): void {
  subscribeSession((now, before) => {
    if (before.token !== null && now.token !== before.token) forget();
  });
}

/** The session inside React. */
export function useSession(): SessionState {
  return useSyncExternalStore(subscribeSession, currentSession);
}
