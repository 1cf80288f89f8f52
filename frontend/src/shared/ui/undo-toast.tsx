import { Button } from "@mantine/core";
import { type NotificationData, notifications } from "@mantine/notifications";
import { i18n } from "@/locales/i18n";
import { answer, api } from "@/shared/api/client";
import { errorSentence } from "./fault-sentence";
import { createUndoStack, type Deed } from "./undo-stack";
import classes from "./undo-toast.module.css";

export type { Place } from "./undo-stack";

/** How long a toast offers to undo, in milliseconds. */
const stay = 10_000;

const stack = createUndoStack({
  offer: (message, takeBack) => {
    const id = toast({
      autoClose: stay,
      message: (
        <span className={classes.row}>
          <span className={classes.text}>{message}</span>
          <Button size="compact-sm" variant="light" onClick={takeBack}>
            {i18n.t("action.undo")}
          </Button>
        </span>
      ),
    });
    return () => notifications.hide(id);
  },
  tell: (words = i18n.t("undone")) => {
    if (words !== "") showDone(words);
  },
  fail: showError,
});

/** Takes back the latest action of this page, or does it again. Silent when there is none. */
export const { undoLast, redoLast } = stack;

/** Keeps the place of long work that begins now, for Ctrl+Z pressed before its end; `stop` is called then. */
export const beginUndoable = stack.begin;

/** What is said once a change is done; it may depend on the answer. */
export type Said<Done> = string | ((done: Done) => string);

const sentence = <Done,>(said: Said<Done>, done: Done) => (typeof said === "string" ? said : said(done));

/**
 * Sends a change, says what was done and offers to take it back, by button or Ctrl+Z, which may be pressed before the answer.
 * With an empty `tx_id` there is nothing to undo and the toast only tells. Faults are the caller's to show.
 */
export function undoable<Done extends { tx_id: string }>(
  send: () => Promise<Done>,
  said: Said<Done>,
): Promise<Done> {
  return carryOut(send, (done) => {
    const message = sentence(said, done);
    const { tx_id } = done;
    // An undo is a transaction like any other: to undo it does again what was undone.
    if (tx_id !== "")
      return { message, takeBack: () => undoTx(tx_id), again: (back: Awaited<Undone>) => undoTx(back.tx_id) };
    showDone(message);
    return null;
  });
}

/** The same for what is taken back by something else than a transaction's undo. */
export function undoableBy<Done>(
  send: () => Promise<Done>,
  message: string,
  takeBack: () => Promise<unknown>,
): Promise<Done> {
  return carryOut(send, () => ({ message, takeBack }));
}

async function carryOut<Done>(send: () => Promise<Done>, deedOf: (done: Done) => Deed | null): Promise<Done> {
  const place = stack.begin();
  try {
    const done = await send();
    const deed = deedOf(done);
    if (deed !== null) place.offer(deed);
    return done;
  } finally {
    place.leave();
  }
}

type Undone = Promise<{ tx_id: string }>;

function undoTx(tx_id: string): Undone {
  return answer(api.POST("/api/undo", { body: { tx_id } }));
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
