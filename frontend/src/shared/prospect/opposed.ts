import type { Contact, Prospect } from "@/shared/api/types";

/** True when the person asked not to be contacted: then the ways to reach them are switched off. */
export function isOpposed({ opposed_at }: Pick<Contact, "opposed_at"> | Prospect["contact"]): boolean {
  return opposed_at !== null;
}
