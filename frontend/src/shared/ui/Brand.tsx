import { useTranslation } from "react-i18next";
import classes from "./Brand.module.css";

/** The product's mark and name. */
export function Brand() {
  const { t } = useTranslation();
  return (
    <span className={classes.brand}>
      <img src="./icon.svg" width={24} height={24} alt="" />
      <span>{t("product")}</span>
    </span>
  );
}
