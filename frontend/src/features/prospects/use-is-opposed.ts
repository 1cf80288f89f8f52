import type { Prospect } from "@/shared/api/types";

/** True when the person asked not to be contacted: then the ways to reach them are switched off. */
export function useIsOpposed({ contact }: Prospect): boolean {
  return contact.opposed_at !== null;
}
