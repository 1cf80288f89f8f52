import { useEffect } from "react";
import { isInLeaving, isTextField } from "./keyboard";

type Press = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "repeat">;

/** Which of the two keys that save was pressed, Ctrl+S or Ctrl+Enter (⌘ on a Mac); null for any other. */
export function saveKey(press: Press): "s" | "enter" | null {
  if (!(press.ctrlKey || press.metaKey) || press.altKey || press.shiftKey || press.repeat) return null;
  const key = press.key.toLowerCase();
  return key === "s" || key === "enter" ? key : null;
}

/** The form that is written in: the one around the field or, with the focus elsewhere, the open dialog's. */
function formOf(target: EventTarget | null): HTMLFormElement | null {
  const around = target instanceof Element ? target.closest("form") : null;
  const forms =
    around === null ? document.querySelectorAll<HTMLFormElement>('[role="dialog"] form') : [around];
  // One that is fading away has been sent or given up.
  return [...forms].findLast((form) => !isInLeaving(form)) ?? null;
}

/** Presses the button that sends a form, unless it is off or on its way. */
function send(form: HTMLFormElement): void {
  const button = form.querySelector<HTMLButtonElement>('button[type="submit"]');
  if (button === null || !button.matches(":disabled, [data-disabled], [data-loading]"))
    form.requestSubmit(button);
}

/**
 * Ctrl+S and Ctrl+Enter save what is being written: they send the form, and a text that is edited where it stands is
 * left, which saves it. The browser's own "save this page" never comes up. A screen that means something else by one
 * of them prevents its default first.
 */
export function useSaveKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const key = saveKey(event);
      if (key === null || event.defaultPrevented) return;
      const form = formOf(event.target);
      if (key === "s" || form !== null) event.preventDefault();
      if (form !== null) send(form);
      else if (key === "s" && event.target instanceof HTMLElement && isTextField(event.target))
        event.target.blur();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
