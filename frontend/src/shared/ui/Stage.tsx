import classes from "./Stage.module.css";

type StageProps = {
  name: string;
  /** Position from 0 and how many there are: draws how far the prospect has come. */
  position?: number;
  of?: number;
};

/** A commercial stage: its name and a hairline that fills with progress. */
export function Stage({ name, position, of }: StageProps) {
  const measured = position !== undefined && of !== undefined && of > 1;
  return (
    <span className={classes.stage}>
      {measured && (
        <span className={classes.track} aria-hidden>
          <span className={classes.fill} style={{ width: `${Math.round((position / (of - 1)) * 100)}%` }} />
        </span>
      )}
      <span className={classes.name}>{name}</span>
    </span>
  );
}
