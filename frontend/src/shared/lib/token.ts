import type { Health, Meta } from "@/shared/api/types";

type Token = Pick<Health["token"], "state" | "expires_at" | "data_access_expires_at">;

/** A line about when the token ends; without an instant it never does. */
export type TokenEnd = { word: "expires" | "expired" | "access"; at: string | null };

/** When the token ends, or when it ended. One that no longer works is never said to last. */
export function tokenEnds({ state, expires_at, data_access_expires_at }: Token): TokenEnd[] {
  if (state === "expired" && expires_at !== null) return [{ word: "expired", at: expires_at }];
  if (state !== "valid") return [];
  const ends: TokenEnd[] = [{ word: "expires", at: expires_at }];
  if (data_access_expires_at !== null) ends.push({ word: "access", at: data_access_expires_at });
  return ends;
}

/** Whether forms are not being read because of the token, whatever they said when they were. */
export function formsWait(state: Meta["token_state"]): boolean {
  return state === "expired" || state === "refused";
}
