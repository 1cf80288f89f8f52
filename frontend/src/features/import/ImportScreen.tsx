import { useTranslation } from "react-i18next";
import { PageHeader } from "@/shared/ui/PageHeader";

export function ImportScreen() {
  const { t } = useTranslation("import");
  return <PageHeader title={t("title")} />;
}
