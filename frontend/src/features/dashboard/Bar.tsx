import classes from "./Dashboard.module.css";

/** A bar as long as its share of the longest; the number beside it says the same. */
export function Bar({ n, most, step }: { n: number; most: number; step?: string }) {
  const share = most === 0 ? 0 : (100 * n) / most;
  return (
    <span className={classes.bar} aria-hidden>
      <span className={classes.fill} data-step={step} style={{ width: `${share}%` }} />
    </span>
  );
}
