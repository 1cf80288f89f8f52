import { readEvents, reconnectDelay } from "@/shared/api/event-stream";
import { toHostEvent } from "@/shared/api/events";
import type { Host, Notice, NoticeButtons } from "./host";
import { toReply } from "./notice-reply";

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Keeps one event stream open, coming back after each loss until stopped. */
const follow: Host["follow"] = (onEvent, onGap) => {
  const stop = new AbortController();
  const run = async () => {
    let attempt = 0;
    // What was read before the stream stood may already be old, so the first event counts as a gap too.
    let lost = true;
    while (!stop.signal.aborted) {
      try {
        await readEvents((data) => {
          attempt = 0;
          if (lost) onGap();
          lost = false;
          const event = toHostEvent(parseJson(data));
          if (event !== null) onEvent(event);
        }, stop.signal);
      } catch {
        // A lost stream is expected: sleep, restart of the program, a cable. The loop comes back.
      }
      lost = true;
      await wait(reconnectDelay(attempt++), stop.signal);
    }
  };
  void run();
  return () => stop.abort();
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** How long a notification waits for its worker at most, in ms: the first start of a worker takes seconds on a busy computer. */
const workerPatience = 10_000;

/** The worker that gives notifications buttons; `null` where there are no workers, or it does not start. */
async function worker(): Promise<ServiceWorkerRegistration | null> {
  if (!("serviceWorker" in navigator)) return null;
  const late = new Promise<null>((resolve) => setTimeout(resolve, workerPatience, null));
  try {
    await navigator.serviceWorker.register("/notices.js");
    return await Promise.race([navigator.serviceWorker.ready, late]);
  } catch {
    return null;
  }
}

/** Shows a notification with buttons; false where it cannot. */
async function showWithButtons(
  { title, body, prospectId }: Notice,
  buttons: NoticeButtons,
): Promise<boolean> {
  const registration = await worker();
  if (registration === null) return false;
  // TypeScript's library does not know the buttons yet. Source: W3C Notifications, NotificationOptions.
  const options: NotificationOptions & { actions: { action: string; title: string }[] } = {
    body,
    tag: buttons.id,
    data: { reminderId: buttons.id, prospectId, asks: buttons.asks },
    actions: [
      { action: "done", title: buttons.done },
      { action: "later", title: buttons.later },
    ],
  };
  await registration.showNotification(title, options);
  return true;
}

/** Opens the prospect of a notification. */
function openProspect(id: string): void {
  window.location.hash = `#/prospectos/${encodeURIComponent(id)}`;
}

/** The page in an ordinary browser, served by `serve`. */
export const browserHost: Host = {
  surface: "browser",
  follow,
  notices: () => {
    if (!("Notification" in window)) return "never";
    const { permission } = Notification;
    return permission === "default" ? "ask" : permission === "granted" ? "on" : "off";
  },
  async askForNotices() {
    if ("Notification" in window) await Notification.requestPermission();
  },
  async notify(notice) {
    if (!("Notification" in window) || Notification.permission !== "granted") return;
    const { title, body, prospectId, reminder } = notice;
    if (reminder !== undefined && (await showWithButtons(notice, reminder))) return;
    const shown = new Notification(title, { body });
    shown.onclick = () => {
      window.focus();
      if (prospectId !== undefined) openProspect(prospectId);
      shown.close();
    };
  },
  onNotice(listener) {
    if (!("serviceWorker" in navigator)) return () => undefined;
    const hear = ({ data }: MessageEvent) => {
      if (data?.type !== "notice") return;
      const reply = toReply(data.action, data.reminderId);
      if (reply !== null) listener(reply);
      else if (typeof data.prospectId === "string") openProspect(data.prospectId);
    };
    void worker(); // so that it has started when the first notification comes
    navigator.serviceWorker.addEventListener("message", hear);
    navigator.serviceWorker.startMessages();
    return () => navigator.serviceWorker.removeEventListener("message", hear);
  },
  raise: () => undefined,
  openLink(url) {
    // tel: and mailto: go to the system from this page; a new tab would stay behind, empty.
    if (/^https?:/.test(url)) window.open(url, "_blank", "noopener,noreferrer");
    else window.location.assign(url);
  },
  async saveFile(name, content) {
    const part = typeof content === "string" ? content : content.slice();
    const url = URL.createObjectURL(new Blob([part]));
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  },
};
