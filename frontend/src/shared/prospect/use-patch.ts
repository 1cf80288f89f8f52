import { answer, api } from "@/shared/api/client";
import type { Prospect } from "@/shared/api/types";
import { useProspectChange } from "./use-prospect-change";

/** The fields of a prospect that are also on its card in the lists. */
type Shown = Partial<
  Pick<Prospect, "stage_id" | "status" | "temperature" | "reason_id" | "owner_id" | "owner_name">
>;

/** What is written beside the fields themselves. */
type Reasons = { stage_reason?: string; owner_reason?: string };

/** Writes fields of the prospect itself; the screen shows them at once. */
export function usePatch({
  id,
}: Pick<Prospect, "id">): (message: string, shown: Shown, reasons?: Reasons) => void {
  const { mutate } = useProspectChange(id);
  return (message, shown, reasons = {}) => {
    const { owner_name: _, ...fields } = shown;
    mutate({
      message,
      send: () =>
        answer(
          api.PATCH("/api/prospects/{id}", { params: { path: { id } }, body: { ...fields, ...reasons } }),
        ),
      prospect: (known) => ({ ...known, ...shown }),
      card: (card) => ({ ...card, ...shown }),
    });
  };
}
