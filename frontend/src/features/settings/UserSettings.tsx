import { useTranslation } from "react-i18next";
import { PageHeader } from "@/shared/ui/PageHeader";

export function UserSettings() {
  const { t } = useTranslation("settings");
  return <PageHeader title={t("title")} />;
}
