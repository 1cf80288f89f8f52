import { useTranslation } from "react-i18next";

export function Setup(_props: { keyring: boolean; version: string }) {
  const { t } = useTranslation("setup");
  return <p>{t("title")}</p>;
}
