import { useTranslation } from "react-i18next";
import { PageHeader } from "@/shared/ui/PageHeader";

export function Health() {
  const { t } = useTranslation("health");
  return <PageHeader title={t("title")} />;
}
