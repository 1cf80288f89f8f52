import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import type { Template } from "@/shared/api/types";
import { showError, showUndo } from "@/shared/ui/undo-toast";

/** A template as it stands in the editor. */
export type Draft = {
  channel: "whatsapp" | "email";
  name: string;
  subject: string;
  body: string;
  shared: boolean;
};

/** Makes a template, or changes the texts of one. */
export function useTemplateSaving(template: Template | null, onSaved: () => void) {
  const { t } = useTranslation("templates");
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ channel, name, subject, body, shared }: Draft): Promise<{ tx_id: string }> => {
      const texts = { name, body, ...(channel === "email" ? { subject } : {}) };
      if (template === null)
        return answer(api.POST("/api/templates", { body: { channel, shared, ...texts } }));
      const params = { path: { id: template.id } };
      return answer(api.PATCH("/api/templates/{id}", { params, body: texts }));
    },
    onSuccess: ({ tx_id }, { name }) => {
      void client.invalidateQueries({ queryKey: ["templates"] });
      onSaved();
      showUndo(t("saved", { name }), tx_id);
    },
  });
}

/** Removes a template; it can be undone. */
export function useTemplateRemoval() {
  const { t } = useTranslation("templates");
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id }: Template) => answer(api.DELETE("/api/templates/{id}", { params: { path: { id } } })),
    onSuccess: ({ tx_id }, { name }) => showUndo(t("removed", { name }), tx_id),
    onError: showError,
    onSettled: () => client.invalidateQueries({ queryKey: ["templates"] }),
  });
}
