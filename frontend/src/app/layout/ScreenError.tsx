import { Button } from "@mantine/core";
import { useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/shared/ui/EmptyState";

/** What is shown in place of a screen that threw while rendering. */
export function ScreenError({ reset }: { reset: () => void }) {
  const { t } = useTranslation();
  const router = useRouter();
  const reload = () => {
    reset();
    void router.invalidate();
  };
  return (
    <div role="alert">
      <EmptyState
        title={t("error.screen")}
        hint={t("error.screenBody")}
        action={<Button onClick={reload}>{t("action.reload")}</Button>}
      />
    </div>
  );
}
