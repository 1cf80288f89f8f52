import { useTranslation } from "react-i18next";
import { formatPhone } from "@/shared/lib/phones";
import classes from "./Phone.module.css";

/** A phone as people read it: "55 1234 5678". Empty draws a quiet "Sin teléfono". */
export function Phone({ e164 }: { e164: string }) {
  const { t } = useTranslation();
  if (e164 === "") return <span className={classes.none}>{t("phone.none")}</span>;
  return <span className={classes.phone}>{formatPhone(e164)}</span>;
}
