import type { HealthItem } from "@/shared/api/types";

/** Codes with sentences of their own in health.json. */
export const itemCodes = [
  "meta.not_connected",
  "meta.no_page",
  "meta.token_dead",
  "meta.token_expires",
  "meta.form_failing",
  "leads.failed",
  "leads.held",
  "disk.low",
  "database.large",
  "database.damaged",
  "backup.failed",
  "clock.wrong",
  "intake.stale",
  "webhook.signature",
  "webhook.unreadable",
  "webhook.unknown_page",
  "relay.offline",
] as const;

export type ItemCode = (typeof itemCodes)[number];

/** The code, when we have words for it. */
export function knownItem(code: string): ItemCode | undefined {
  return itemCodes.find((known) => known === code);
}

const weight = { bad: 0, warn: 1, ok: 2 } as const;

/** What needs a person, worst first; what is in order is left out. */
export function needsAttention(items: readonly HealthItem[]): HealthItem[] {
  return items.filter(({ level }) => level !== "ok").sort((a, b) => weight[a.level] - weight[b.level]);
}

/** A number among the arguments, whatever it came as; `fallback` when it is missing. */
export function numberArg(item: HealthItem, name: string, fallback: number): number {
  const value = Number(item.args[name]);
  return item.args[name] === undefined || Number.isNaN(value) ? fallback : value;
}
