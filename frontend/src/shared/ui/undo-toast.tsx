import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { i18n } from "@/locales/i18n";
import { answer, api } from "@/shared/api/client";
import { errorSentence } from "./fault-sentence";
import classes from "./undo-toast.module.css";

/** How long a toast offers to undo, in milliseconds. */
const stay = 10_000;

/** What Ctrl+Z takes back, latest last; at most this many are kept. */
const depth = 50;
type Deed = { takeBack: () => Promise<unknown>; toast: string };
const done: Deed[] = [];

/**
 * Says what was done and offers to take it back, by button or Ctrl+Z. With an empty `txId` there is nothing
 * to undo and the toast only tells.
 */
export function showUndo(message: string, txId: string): void {
  if (txId === "") {
    showDone(message);
    return;
  }
  offerUndo(message, () => answer(api.POST("/api/undo", { body: { tx_id: txId } })));
}

/** Says what was done and offers to take it back by something else than a transaction's undo. */
export function offerUndo(message: string, takeBack: () => Promise<unknown>): void {
  const deed: Deed = { takeBack, toast: "" };
  deed.toast = notifications.show({
    autoClose: stay,
    withBorder: true,
    message: (
      <span className={classes.row}>
        <span className={classes.text}>{message}</span>
        <Button size="compact-sm" variant="light" onClick={() => void undo(deed)}>
          {i18n.t("action.undo")}
        </Button>
      </span>
    ),
  });
  done.push(deed);
  if (done.length > depth) done.shift();
}

/** Says that something was done, for four seconds. */
export function showDone(message: string): void {
  notifications.show({ message, autoClose: 4000, withBorder: true });
}

/** Says in words why something failed. */
export function showError(thrown: unknown): void {
  notifications.show({ message: errorSentence(thrown), color: "red", autoClose: 8000, withBorder: true });
}

/** Takes back the latest action of this page. Silent when there is none. */
export function undoLast(): void {
  const last = done.at(-1);
  if (last !== undefined) void undo(last);
}

async function undo(deed: Deed): Promise<void> {
  const at = done.indexOf(deed);
  if (at >= 0) done.splice(at, 1);
  notifications.hide(deed.toast);
  try {
    await deed.takeBack();
    showDone(i18n.t("undone"));
  } catch (thrown) {
    showError(thrown);
  }
}
