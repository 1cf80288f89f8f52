import classes from "./Choices.module.css";

/** The digit that chooses what it stands before. Only to be seen: the button's name stays its words. */
export function Digit({ n }: { n: number }) {
  return (
    <span className={classes.digit} aria-hidden>
      {n}
    </span>
  );
}
