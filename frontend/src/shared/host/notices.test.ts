import { beforeEach, describe, expect, it, vi } from "vitest";
import source from "../../../public/notices.js?raw";

type Page = { focused: boolean; focus: () => Promise<void>; postMessage: (message: unknown) => void };

const page = (focused: boolean) =>
  ({ focused, focus: vi.fn(async () => undefined), postMessage: vi.fn() }) satisfies Page;

/** The worker of notifications as a browser runs it, and what is done to the notification that it is told of. */
function worker(pages: Page[]) {
  const handlers = new Map<string, (event: unknown) => void>();
  const openWindow = vi.fn(async () => undefined);
  const self = {
    addEventListener: (name: string, handler: (event: unknown) => void) => handlers.set(name, handler),
    skipWaiting: () => undefined,
    clients: { claim: async () => undefined, matchAll: async () => pages, openWindow },
  };
  new Function("self", source)(self);
  const close = vi.fn();
  const press = async (action: string, data?: Record<string, unknown>) => {
    let work: Promise<unknown> = Promise.resolve();
    handlers.get("notificationclick")?.({
      action,
      notification: { data, close },
      waitUntil: (promise: Promise<unknown>) => {
        work = promise;
      },
    });
    await work;
  };
  return { press, openWindow, close };
}

describe("a notification's worker", () => {
  const both = { reminderId: "r1", prospectId: "p1" };
  let away: ReturnType<typeof page>;
  let before: ReturnType<typeof page>;
  beforeEach(() => {
    away = page(false);
    before = page(true);
  });

  it.each(["done", "later"])(
    "hands %s to the page that is looked at, which has the session",
    async (action) => {
      const { press, openWindow, close } = worker([away, before]);
      await press(action, both);
      expect(before.postMessage).toHaveBeenCalledExactlyOnceWith({ type: "notice", action, ...both });
      expect([away.postMessage, before.focus, openWindow].map(({ mock }) => mock.calls.length)).toEqual([
        0, 0, 0,
      ]);
      expect(close).toHaveBeenCalledOnce();
    },
  );
  it("brings the page to the front where done is a question, even if the browser refuses", async () => {
    away.focus.mockRejectedValueOnce(new Error("not allowed"));
    const { press } = worker([away]);
    await press("done", { ...both, asks: true });
    expect(away.focus).toHaveBeenCalledOnce();
    expect(away.postMessage).toHaveBeenCalledExactlyOnceWith({ type: "notice", action: "done", ...both });
    await press("later", { ...both, asks: true });
    expect(away.focus).toHaveBeenCalledOnce();
  });
  it("opens the prospect on a page that is open", async () => {
    const { press } = worker([away]);
    await press("", both);
    expect(away.focus).toHaveBeenCalledOnce();
    expect(away.postMessage).toHaveBeenCalledExactlyOnceWith({ type: "notice", action: "open", ...both });
  });
  it("opens a page where there is none, and does nothing by itself: it has no session", async () => {
    const { press, openWindow } = worker([]);
    await press("done", { reminderId: "r1", prospectId: "p/1" });
    expect(openWindow).toHaveBeenCalledExactlyOnceWith("/#/prospectos/p%2F1");
  });
  it("knows a notification without anything", async () => {
    const { press, openWindow } = worker([]);
    await press("");
    expect(openWindow).toHaveBeenCalledExactlyOnceWith("/");
  });
});
