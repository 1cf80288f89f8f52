import { answer, api } from "./client";
import { currentSession, leaveSession, lockSession } from "./session";

/**
 * Covers the screen, and has the program lock the session behind it: every way of locking is this one. Where the program cannot
 * be reached the screen is covered all the same.
 */
export function lockScreen(): void {
  const { token, locked } = currentSession();
  if (token === null || locked) return;
  api.POST("/api/session/lock").catch(() => undefined);
  lockSession();
}

/** Signs out. The session ends here whatever the program answers; it expires there by itself. */
export async function signOut(): Promise<void> {
  await answer(api.DELETE("/api/session")).catch(() => undefined);
  leaveSession();
}
