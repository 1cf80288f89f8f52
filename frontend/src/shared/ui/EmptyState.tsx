import type { ReactNode } from "react";
import classes from "./EmptyState.module.css";

type EmptyStateProps = {
  /** One sentence: what is (not) here. */
  title: string;
  /** Optionally why, or what would bring something here. */
  hint?: ReactNode;
  /** One button at most. */
  action?: ReactNode;
  icon?: ReactNode;
};

/** What a list shows when it has nothing: one sentence and at most one button. */
export function EmptyState({ title, hint, action, icon }: EmptyStateProps) {
  return (
    <div className={classes.empty}>
      {icon !== undefined && (
        <div className={classes.icon} aria-hidden>
          {icon}
        </div>
      )}
      <p className={classes.title}>{title}</p>
      {hint !== undefined && <p className={classes.hint}>{hint}</p>}
      {action}
    </div>
  );
}
