import { useTranslation } from "react-i18next";
import { PageHeader } from "@/shared/ui/PageHeader";

export function AccountSettings() {
  const { t } = useTranslation("settings");
  return <PageHeader title={t("title")} />;
}
