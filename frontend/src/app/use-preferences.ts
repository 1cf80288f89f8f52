import { useMantineColorScheme } from "@mantine/core";
import dayjs from "dayjs";
import { useEffect } from "react";
import "dayjs/locale/es-mx";
import { speak } from "@/locales/i18n";
import type { Preferences } from "@/shared/api/types";
import { setDensity } from "@/shared/ui/density";
import { useIdleLock } from "./use-idle-lock";

/** Makes the page follow the person's language, theme, density and idle lock. */
export function usePreferences({ language, theme, density, lock_minutes }: Preferences): void {
  const { setColorScheme } = useMantineColorScheme();
  useEffect(() => {
    speak(language);
    dayjs.locale(language === "es-MX" ? "es-mx" : "en");
  }, [language]);
  useEffect(() => setColorScheme(theme), [theme, setColorScheme]);
  useEffect(() => setDensity(density), [density]);
  useIdleLock(lock_minutes);
}
