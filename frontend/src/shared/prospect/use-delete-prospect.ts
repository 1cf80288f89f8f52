import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import { showError, undoable } from "@/shared/ui/undo-toast";

/** Moves a prospect into the bin, shows the list in its place, and offers to take it back. */
export function useDeleteProspect(): (id: string) => Promise<void> {
  const { t } = useTranslation("act");
  const client = useQueryClient();
  const navigate = useNavigate();
  return async (id) => {
    try {
      await undoable(
        () => answer(api.DELETE("/api/prospects/{id}", { params: { path: { id } } })),
        t("bin.moved"),
      );
      await navigate({ to: "/prospectos" });
    } catch (thrown) {
      showError(thrown);
    }
    for (const queryKey of [["prospects"], ["inbox"], ["bin"], ["contacts"], ["reminders"]])
      void client.invalidateQueries({ queryKey });
  };
}
