import { type ReactNode, useId } from "react";
import classes from "./Dashboard.module.css";

type PanelProps = {
  title: string;
  hint?: string;
  /** Takes the whole width. */
  wide?: boolean;
  actions?: ReactNode;
  children: ReactNode;
};

/** A part of the dashboard under its name. */
export function Panel({ title, hint, wide = false, actions, children }: PanelProps) {
  const id = useId();
  return (
    <section className={classes.panel} data-wide={wide} aria-labelledby={id}>
      <div className={classes.head}>
        <div>
          <h2 id={id} className={classes.title}>
            {title}
          </h2>
          {hint !== undefined && <p className={classes.hint}>{hint}</p>}
        </div>
        {actions}
      </div>
      {children}
    </section>
  );
}
