import { Button } from "@mantine/core";
import { type NotificationData, notifications } from "@mantine/notifications";
import { i18n } from "@/locales/i18n";
import { answer, api } from "@/shared/api/client";
import { errorSentence } from "./fault-sentence";
import classes from "./undo-toast.module.css";

/** How long a toast offers to undo, in milliseconds. */
const stay = 10_000;

/** What Ctrl+Z takes back, latest last; at most this many are kept. */
const depth = 50;
type Deed = {
  takeBack: () => Promise<unknown>;
  /** Does it again, given what taking back answered; without it nothing can be done again. */
  again?: ((back: never) => Promise<unknown>) | undefined;
  /** What to say once it is taken back; undefined for the usual word, empty for nothing. */
  told?: ((back: never) => string | undefined) | undefined;
  message: string;
  toast: string;
};
const done: Deed[] = [];

/** What Ctrl+Shift+Z does again, latest last. A new deed empties it: after that there is nothing to go back to. */
const undone: { deed: Deed; back: unknown }[] = [];

/**
 * Says what was done and offers to take it back, by button or Ctrl+Z. With an empty `txId` there is nothing
 * to undo and the toast only tells.
 */
export function showUndo(message: string, txId: string): void {
  if (txId === "") {
    showDone(message);
    return;
  }
  offerUndo(message, () => undoTx(txId), undoOf);
}

function undoTx(tx_id: string): Promise<{ tx_id: string }> {
  return answer(api.POST("/api/undo", { body: { tx_id } }));
}

/** An undo is a transaction like any other: to undo it does again what was undone. */
function undoOf({ tx_id }: { tx_id: string }): Promise<{ tx_id: string }> {
  return undoTx(tx_id);
}

/** Says what was done and offers to take it back by something else than a transaction's undo. */
export function offerUndo<Back>(
  message: string,
  takeBack: () => Promise<Back>,
  again?: (back: Back) => Promise<Back>,
  told?: (back: Back) => string | undefined,
): void {
  undone.length = 0;
  push({ takeBack, again, told, message, toast: "" });
}

function push(deed: Deed): void {
  const { message } = deed;
  deed.toast = toast({
    autoClose: stay,
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

/** Shows a toast that stays while the pointer or the focus is on it: whoever has reached its button is not raced by a clock. */
function toast(data: NotificationData): string {
  const shown: NotificationData = {
    ...data,
    withBorder: true,
    onFocusCapture: () => notifications.update({ ...shown, autoClose: false }),
    onBlurCapture: () => notifications.update(shown),
  };
  shown.id = notifications.show(shown);
  return shown.id;
}

/** Says that something was done, for four seconds. Said again meanwhile it takes its own place: a pile would hide what is below. */
export function showDone(message: string): void {
  notifications.hide(message);
  toast({ id: message, message, autoClose: 4000 });
}

/** Says in words why something failed. */
export function showError(thrown: unknown): void {
  toast({ message: errorSentence(thrown), color: "red", autoClose: 8000 });
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
    const back = await deed.takeBack();
    if (deed.again !== undefined) undone.push({ deed, back });
    const told = deed.told as ((back: unknown) => string | undefined) | undefined;
    const words = told?.(back) ?? i18n.t("undone");
    if (words !== "") showDone(words);
  } catch (thrown) {
    showError(thrown);
  }
}

/** Does the latest undone action of this page again. Silent when there is none. */
export function redoLast(): void {
  const last = undone.pop();
  if (last !== undefined) void redo(last.deed, last.back);
}

async function redo(deed: Deed, back: unknown): Promise<void> {
  try {
    const again = deed.again as ((back: unknown) => Promise<unknown>) | undefined;
    const forth = await again?.(back);
    push({ ...deed, takeBack: () => again?.(forth) ?? Promise.resolve(), toast: "" });
  } catch (thrown) {
    showError(thrown);
  }
}
