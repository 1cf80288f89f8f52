import type { ReactNode } from "react";
import classes from "./CentredCard.module.css";
import { LanguageSwitch } from "./LanguageSwitch";

type CentredCardProps = {
  narrow?: boolean;
  /** Stands below the card, beside the switch of languages. */
  foot?: string | undefined;
  /** The card interrupts: it is read out as soon as it stands there. */
  alert?: boolean;
  children: ReactNode;
};

/** The one thing on an empty window: for coming in, setting up and waiting. */
export function CentredCard({ narrow = false, foot, alert = false, children }: CentredCardProps) {
  return (
    <main className={classes.frame}>
      <div className={classes.card} data-narrow={narrow} role={alert ? "alert" : undefined}>
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
