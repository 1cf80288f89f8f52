import { Button } from "@mantine/core";
import { type NotificationData, notifications, notificationsStore } from "@mantine/notifications";
import { i18n } from "@/locales/i18n";
import { toAppError } from "@/shared/api/app-error";
import { answer, api, askedByAnother } from "@/shared/api/client";
import { currentSession, forgetAtSignOut, subscribeSession } from "@/shared/api/session";
import { errorSentence } from "./fault-sentence";
import { isUnderWay } from "./progress-toast";
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

/** What went wrong behind the lock, for the person who unlocks. */
let untold: string[] = [];

forgetAtSignOut(() => {
  stack.forget();
  untold = [];
  notifications.clean();
});

subscribeSession((now, before) => {
  if (now.locked && !before.locked) dismissToasts();
  if (now.locked || now.token === null) return;
  const sentences = untold;
  untold = [];
  for (const sentence of sentences) showFault(sentence);
});

/** Takes away what was said and offered; only work that is still under way stays. What can be taken back still can be, with Ctrl+Z. */
export function dismissToasts(): void {
  const { notifications: shown, queue } = notificationsStore.getState();
  for (const { id } of [...shown, ...queue]) if (id !== undefined && !isUnderWay(id)) notifications.hide(id);
}

/**
 * Shows a toast that stays while the pointer or the focus is on it: whoever has reached its button is not raced by a clock.
 * Behind the lock there is none, for names are in them.
 */
function toast(data: NotificationData): string {
  if (currentSession().locked) return "";
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
  const { code } = toAppError(thrown);
  if (code === askedByAnother) return;
  // Told once the screen is unlocked, which the fault's own sentence asks for.
  const sentence = code === "session.locked" ? i18n.t("notBehindLock") : errorSentence(thrown);
  if (!currentSession().locked) showFault(sentence);
  else if (!untold.includes(sentence)) untold.push(sentence);
}

function showFault(message: string): void {
  toast({ message, color: "red", autoClose: 8000 });
}
