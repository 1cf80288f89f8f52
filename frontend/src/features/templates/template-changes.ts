import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import type { Template } from "@/shared/api/types";
import { showError, undoable } from "@/shared/ui/undo-toast";

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
    mutationFn: ({ channel, name, subject, body, shared }: Draft) => {
      const texts = { name, body, ...(channel === "email" ? { subject } : {}) };
      const send = (): Promise<{ tx_id: string }> => {
        if (template === null)
          return answer(api.POST("/api/templates", { body: { channel, shared, ...texts } }));
        const params = { path: { id: template.id } };
        return answer(api.PATCH("/api/templates/{id}", { params, body: texts }));
      };
      return undoable(send, t("saved", { name }));
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["templates"] });
      onSaved();
    },
  });
}

/** Removes a template; it can be undone. */
export function useTemplateRemoval() {
  const { t } = useTranslation("templates");
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, name }: Template) =>
      undoable(
        () => answer(api.DELETE("/api/templates/{id}", { params: { path: { id } } })),
        t("removed", { name }),
      ),
    onError: showError,
    onSettled: () => client.invalidateQueries({ queryKey: ["templates"] }),
  });
}
