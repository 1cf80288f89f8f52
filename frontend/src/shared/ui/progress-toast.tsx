import { Button, Progress } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import classes from "./progress-toast.module.css";

/** A toast about long work that is under way. */
export type ProgressToast = {
  /** Says how far it is, in words and as a share of 1. */
  update: (message: string, share: number) => void;
  close: () => void;
};

/** The toasts of work that is not done yet. */
const underWay = new Set<string>();

/** True for the toast of long work that is under way: it counts, and names nobody. */
export function isUnderWay(id: string): boolean {
  return underWay.has(id);
}

/** Shows long work with its progress and a button that stops it, until it is closed. */
export function showProgress(message: string, stop: string, onStop: () => void): ProgressToast {
  const content = (words: string, share: number) => ({
    autoClose: false as const,
    withBorder: true,
    withCloseButton: false,
    message: (
      <span className={classes.row}>
        <span className={classes.text}>{words}</span>
        <Button size="compact-sm" variant="light" onClick={onStop}>
          {stop}
        </Button>
        <Progress className={classes.bar} value={100 * share} aria-label={words} />
      </span>
    ),
  });
  const id = notifications.show(content(message, 0));
  underWay.add(id);
  return {
    update: (words, share) => notifications.update({ id, ...content(words, share) }),
    close: () => {
      underWay.delete(id);
      notifications.hide(id);
    },
  };
}
