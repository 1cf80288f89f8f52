import type { InboxCard } from "@/shared/api/types";

/** What the list shows, and how many newer cards wait above it. */
export type Gathering = { rows: InboxCard[]; waiting: number };

/**
 * Splits the newest state of the tray so that nothing moves under the person's hand. `since` is the lead
 * that stood on top when they scrolled away: whatever came later waits behind a button. `null` means they
 * are at the top and see everything. Cards that left the tray leave the list in either case.
 */
export function gather(cards: readonly InboxCard[], since: string | null): Gathering {
  const open = cards.filter(({ attended_at }) => attended_at === null);
  if (since === null) return { rows: open, waiting: 0 };
  const rows = open.filter(({ lead_at }) => lead_at <= since);
  return { rows, waiting: open.length - rows.length };
}

/** The row to go to when this one leaves: the one after it, else the one before. */
export function neighbour(rows: readonly InboxCard[], id: string): string | null {
  const index = rows.findIndex((row) => row.id === id);
  if (index < 0) return rows[0]?.id ?? null;
  return (rows[index + 1] ?? rows[index - 1])?.id ?? null;
}
