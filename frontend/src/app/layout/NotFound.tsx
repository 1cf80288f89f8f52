import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/shared/ui/EmptyState";

/** An address that leads nowhere. */
export function NotFound() {
  const { t } = useTranslation();
  return (
    <EmptyState
      title={t("error.notFound")}
      hint={t("error.notFoundBody")}
      action={
        <Button component={Link} to="/bandeja">
          {t("error.goHome")}
        </Button>
      }
    />
  );
}
