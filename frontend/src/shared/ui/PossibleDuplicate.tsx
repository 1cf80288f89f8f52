import classes from "./PossibleDuplicate.module.css";

/** The mark of a person who may be one with another; a word, not a colour alone. */
export function PossibleDuplicate({ word }: { word: string }) {
  return <span className={classes.mark}>{word}</span>;
}
