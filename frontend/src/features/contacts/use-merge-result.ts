import { useTranslation } from "react-i18next";
import { currentLanguage } from "@/locales/i18n";
import type { MergePreview } from "@/shared/api/types";

const parts = ["phones", "emails", "activities", "submissions", "prospects"] as const;

/** Puts what a merge keeps into words: "2 teléfonos, 14 actividades y 2 prospectos". Nothing is said of none. */
export function useMergeResult(): (counts: MergePreview["counts"]) => string {
  const { t } = useTranslation("contacts");
  const list = new Intl.ListFormat(currentLanguage(), { type: "conjunction" });
  return (counts) =>
    list.format(
      parts
        .filter((part) => counts[part] > 0)
        .map((part) => t(`merge.part.${part}`, { count: counts[part] })),
    );
}
