import type { Prospect } from "@/shared/api/types";
import { useVocabulary } from "@/shared/api/vocabulary";

/** True when the person asked not to be contacted: then the ways to reach them are switched off. */
export function useIsOpposed({ status, reason_id }: Prospect): boolean {
  const reasons = useVocabulary()?.reasons ?? [];
  return status === "discarded" && reasons.some(({ id, opposition }) => opposition && id === reason_id);
}
