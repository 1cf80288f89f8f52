import { type ReactNode, useLayoutEffect } from "react";
import { useTranslation } from "react-i18next";
import { Brand } from "@/shared/ui/Brand";
import { CentredCard } from "@/shared/ui/CentredCard";
import classes from "./SignIn.module.css";

type DoorwayProps = { title: string; hint: string; foot?: string; children: ReactNode };

/** The quiet card at the middle of the screen, for entering and for unlocking. The window's title names nobody meanwhile. */
export function Doorway({ title, hint, foot, children }: DoorwayProps) {
  const { t } = useTranslation();
  const product = t("product");
  useLayoutEffect(() => {
    document.title = product;
  }, [product]);
  return (
    <CentredCard narrow foot={foot}>
      <Brand />
      <h1 className={classes.title}>{title}</h1>
      <p className={classes.hint}>{hint}</p>
      {children}
    </CentredCard>
  );
}
