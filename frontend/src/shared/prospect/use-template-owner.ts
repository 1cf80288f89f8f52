import { useTranslation } from "react-i18next";
import type { Template } from "@/shared/api/types";

/**
 * Says of each template of a list whether it is one's own or the office's, for two of the same name; "" where all are of one kind
 * and there is nothing to tell apart.
 */
export function useTemplateOwner(templates: readonly Template[]): (template: Template) => string {
  const { t } = useTranslation("templates");
  const isMixed = templates.some(({ shared }) => shared) && templates.some(({ shared }) => !shared);
  return ({ shared }) => (isMixed ? t(shared ? "owner.office" : "owner.own") : "");
}
