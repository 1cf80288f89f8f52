import { answer, api } from "@/shared/api/client";
import { toHostEvent } from "@/shared/api/events";
import type { Host } from "./host";
import { toReply } from "./notice-reply";

/** The part of Wails' runtime that we use. Source: Wails v2, runtime reference. */
type WailsRuntime = {
  EventsOn: (name: string, callback: (value: unknown) => void) => () => void;
  BrowserOpenURL: (url: string) => void;
  WindowUnminimise: () => void;
  WindowShow: () => void;
};

/** Wails' runtime, when this page runs inside the window. */
export function wailsRuntime(): WailsRuntime | undefined {
  return (globalThis as { runtime?: WailsRuntime }).runtime;
}

/** Bytes as base64, in slices that fit an argument list. */
export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let start = 0; start < bytes.length; start += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(binary);
}

/** The page inside the desktop window. */
export function windowHost(runtime: WailsRuntime): Host {
  return {
    surface: "window",
    follow(onEvent, onGap) {
      const stop = runtime.EventsOn("crm", (value) => {
        const event = toHostEvent(value);
        // "hello" means that this page fell behind and is to read everything again.
        if (event?.type === "hello") onGap();
        else if (event !== null) onEvent(event);
      });
      // Until this call the program does not know whose events the window may see.
      answer(api.PUT("/api/window/session")).then(onGap, () => undefined);
      return stop;
    },
    notices: () => "on",
    askForNotices: async () => undefined,
    async notify({ title, body, prospectId, reminder }) {
      await answer(
        api.POST("/api/window/notification", {
          body: {
            title,
            body,
            ...(prospectId === undefined ? {} : { prospect_id: prospectId }),
            ...(reminder === undefined ? {} : { reminder_id: reminder.id }),
          },
        }),
      );
    },
    onNotice: (listener) =>
      runtime.EventsOn("crm-notice", (value) => {
        const { action, reminder_id } = (value ?? {}) as { action?: unknown; reminder_id?: unknown };
        const reply = toReply(action, reminder_id);
        if (reply !== null) listener(reply);
      }),
    raise() {
      runtime.WindowUnminimise();
      runtime.WindowShow();
    },
    openLink: (url) => runtime.BrowserOpenURL(url),
    async saveFile(name, content) {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await answer(api.POST("/api/window/save", { body: { name, content_base64: toBase64(bytes) } }));
    },
  };
}
