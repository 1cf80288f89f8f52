import type { Contact } from "@/shared/api/types";

type Choice = Pick<Contact["prospects"][number], "id" | "status" | "lead_at">;

/** True while somebody still follows up. */
const isActive = ({ status }: Choice) => status !== "discarded" && status !== "closed";

/**
 * The prospect with which an attempt to reach its person is written down: the one chosen, else the latest that is
 * still followed up, else the latest of all; "" for a person without any.
 */
export function loggedWith(prospects: readonly Choice[], chosen: string): string {
  if (prospects.some(({ id }) => id === chosen)) return chosen;
  const latest = [...prospects].sort((a, b) => b.lead_at.localeCompare(a.lead_at));
  return (latest.find(isActive) ?? latest[0])?.id ?? "";
}
