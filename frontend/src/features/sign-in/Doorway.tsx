import type { ReactNode } from "react";
import { Brand } from "@/shared/ui/Brand";
import { CentredCard } from "@/shared/ui/CentredCard";
import classes from "./SignIn.module.css";

type DoorwayProps = { title: string; hint: string; foot?: string; children: ReactNode };

/** The quiet card at the middle of the screen, for entering and for unlocking. */
export function Doorway({ title, hint, foot, children }: DoorwayProps) {
  return (
    <CentredCard narrow foot={foot}>
      <Brand />
      <h1 className={classes.title}>{title}</h1>
      <p className={classes.hint}>{hint}</p>
      {children}
    </CentredCard>
  );
}
