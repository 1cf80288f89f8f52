import { MantineProvider } from "@mantine/core";
import { DatesProvider } from "@mantine/dates";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { I18nextProvider, useTranslation } from "react-i18next";
import { i18n } from "@/locales/i18n";
import { createQueryClient } from "@/shared/api/query-client";
import { styleNonce } from "./style-nonce";
import { cssVariables } from "./theme";
import { useTheme } from "./use-theme";

const queryClient = createQueryClient();

function Look({ children }: { children: ReactNode }) {
  const { i18n: current } = useTranslation();
  const locale = current.language === "en" ? "en" : "es-mx";
  return (
    <MantineProvider
      theme={useTheme()}
      defaultColorScheme="auto"
      cssVariablesResolver={cssVariables}
      getStyleNonce={styleNonce}
    >
      <DatesProvider settings={{ locale, firstDayOfWeek: 1 }}>{children}</DatesProvider>
    </MantineProvider>
  );
}

/** Everything that components find around them. */
export function Providers({ children }: { children: ReactNode }) {
  return (
    <I18nextProvider i18n={i18n}>
      <QueryClientProvider client={queryClient}>
        <Look>
          <Notifications
            position="bottom-center"
            limit={4}
            mb="calc(var(--mantine-spacing-xl) + var(--sg-foot, 0px))"
          />
          {children}
        </Look>
      </QueryClientProvider>
    </I18nextProvider>
  );
}
