import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { parseDay } from "@/shared/lib/dates";

/** Writes a date as "3 nov 2026", or as "3 nov" where `short`. */
export function useDay(): (date: string, short?: boolean) => string {
  const { i18n } = useTranslation();
  return useCallback(
    (date, short = false) =>
      new Intl.DateTimeFormat(i18n.language, {
        day: "numeric",
        month: "short",
        ...(short ? {} : { year: "numeric" }),
      })
        .format(parseDay(date))
        .replace(/[.,]/g, ""),
    [i18n.language],
  );
}
