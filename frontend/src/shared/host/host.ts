import type { HostEvent } from "@/shared/api/events";

/**
 * A system notification: what happened and, if there is one, the prospect to open. That of one reminder has buttons where the
 * system has any.
 */
export type Notice = { title: string; body: string; prospectId?: string; reminder?: NoticeButtons };

/** The reminder that a notification's buttons are about, and what they say; app/notify_action.go has the window's. */
export type NoticeButtons = {
  id: string;
  done: string;
  later: string;
  /** "Done" is a question first: it brings the page to the front. */
  asks: boolean;
};

/** A button of a notification that was pressed. */
export type NoticeReply = { action: "done" | "later"; reminderId: string };

/** A file the person picked: its name and all of its bytes. Never a Blob; see shared/api/client. */
export type PickedFile = { name: string; bytes: ArrayBuffer };

/** What the surface around the page can do. The window and the browser each implement it once. */
export type Host = {
  surface: "window" | "browser";
  /**
   * Follows the program's events until the returned function is called. `onEvent` gets each one;
   * `onGap` is called when some may have been missed, so that everything on screen is read again.
   */
  follow: (onEvent: (event: HostEvent) => void, onGap: () => void) => () => void;
  /**
   * Whether system notifications show: "on", "off" (the person said no), "ask" (not asked yet), "never"
   * (this browser has none).
   */
  notices: () => "on" | "off" | "ask" | "never";
  /** Asks the person for system notifications; only from a click. */
  askForNotices: () => Promise<void>;
  /** Shows a system notification. In the window the program itself announces leads; see app/notify. */
  notify: (notice: Notice) => Promise<void>;
  /** Hears of buttons of notifications until the returned function is called. */
  onNotice: (listener: (reply: NoticeReply) => void) => () => void;
  /** Brings the program to the front. In a browser only the notification that was pressed can do that, and does; see public/notices.js. */
  raise: () => void;
  /** Opens an address outside: a web page, `tel:`, `mailto:`, WhatsApp. */
  openLink: (url: string) => void;
  /** Lets the person keep text or bytes as a file. */
  saveFile: (name: string, content: string | Uint8Array) => Promise<void>;
};
