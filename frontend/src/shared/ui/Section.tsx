import { type ReactNode, useId } from "react";
import classes from "./Section.module.css";

type SectionProps = {
  title: string;
  /** Why this is here, in a sentence. */
  hint?: ReactNode;
  /** Buttons at the right of the title. */
  actions?: ReactNode;
  /** Id by which the section can be scrolled to. */
  anchor?: string;
  children?: ReactNode;
};

/** A named part of a screen, set apart by a hairline. */
export function Section({ title, hint, actions, anchor, children }: SectionProps) {
  const id = useId();
  return (
    <section id={anchor} className={classes.section} aria-labelledby={id}>
      <div className={classes.head}>
        <div className={classes.words}>
          <h2 id={id} className={classes.title}>
            {title}
          </h2>
          {hint !== undefined && <p className={classes.hint}>{hint}</p>}
        </div>
        {actions !== undefined && <div className={classes.actions}>{actions}</div>}
      </div>
      {children}
    </section>
  );
}
