import type { ReactNode } from "react";
import { Brand } from "@/shared/ui/Brand";
import { LanguageSwitch } from "@/shared/ui/LanguageSwitch";
import classes from "./SignIn.module.css";

type DoorwayProps = { title: string; hint: string; foot?: string; children: ReactNode };

/** The quiet card at the middle of the screen, for entering and for unlocking. */
export function Doorway({ title, hint, foot, children }: DoorwayProps) {
  return (
    <main className={classes.door}>
      <div className={classes.card}>
        <Brand />
        <h1 className={classes.title}>{title}</h1>
        <p className={classes.hint}>{hint}</p>
        {children}
      </div>
      {foot !== undefined && (
        <p className={classes.foot}>
          {foot} · <LanguageSwitch />
        </p>
      )}
    </main>
  );
}
