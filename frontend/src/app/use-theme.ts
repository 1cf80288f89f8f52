import { type MantineThemeOverride, mergeThemeOverrides } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { theme } from "./theme";

/** The theme with the words that the library's own buttons speak, in the person's language. */
export function useTheme(): MantineThemeOverride {
  const { t } = useTranslation();
  return useMemo(() => {
    const closeButtonProps = { "aria-label": t("action.close") };
    const ariaLabels = {
      previousMonth: t("calendar.previousMonth"),
      nextMonth: t("calendar.nextMonth"),
      previousYear: t("calendar.previousYear"),
      nextYear: t("calendar.nextYear"),
      previousDecade: t("calendar.previousDecade"),
      nextDecade: t("calendar.nextDecade"),
    };
    return mergeThemeOverrides(theme, {
      components: {
        Modal: { defaultProps: { closeButtonProps } },
        Drawer: { defaultProps: { closeButtonProps } },
        DateInput: { defaultProps: { ariaLabels } },
        DatePicker: { defaultProps: { ariaLabels } },
        Notification: { defaultProps: { closeButtonProps } },
        PasswordInput: {
          defaultProps: { visibilityToggleButtonProps: { "aria-label": t("action.showPassword") } },
        },
      },
    });
  }, [t]);
}
