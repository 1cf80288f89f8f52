import { readEvents, reconnectDelay } from "@/shared/api/event-stream";
import { toHostEvent } from "@/shared/api/events";
import type { Host } from "./host";

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
  async notify({ title, body, prospectId }) {
    if (!("Notification" in window) || Notification.permission !== "granted") return;
    const shown = new Notification(title, { body });
    shown.onclick = () => {
      window.focus();
      if (prospectId !== undefined) window.location.hash = `#/prospectos/${encodeURIComponent(prospectId)}`;
      shown.close();
    };
  },
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
