import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { refuseLate } from "./client";
import { lockScreen, signOut } from "./leave-desk";
import { currentSession, enterSession, leaveSession, unlockSession } from "./session";

type Sent = { method: string; path: string; token: string | null };

let sent: Sent[];

/** Stands in for the program; `answer` may fail, as where it cannot be reached. */
function program(answer: () => Promise<Response>): void {
  vi.stubGlobal("fetch", ({ method, url, headers }: Request) => {
    sent.push({ method, path: new URL(url).pathname, token: headers.get("Authorization") });
    return answer();
  });
}

// The client makes a Request of the relative address, which a page resolves and Node does not.
vi.hoisted(() => {
  class PageRequest extends Request {
    constructor(input: RequestInfo | URL, init?: RequestInit) {
      super(typeof input === "string" ? new URL(input, "http://127.0.0.1") : input, init);
    }
  }
  vi.stubGlobal("Request", PageRequest);
});

beforeEach(() => {
  sent = [];
});

afterEach(leaveSession);

const empty = async () => new Response(null, { status: 204 });

it("locks the screen at once, and the session in the program, once", async () => {
  program(empty);
  enterSession("t1");
  lockScreen();
  expect(currentSession().locked).toBe(true);
  lockScreen();
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  expect(sent).toEqual([{ method: "POST", path: "/api/session/lock", token: "Bearer t1" }]);
});

it("locks the screen also where the program cannot be reached", async () => {
  program(() => Promise.reject(new TypeError("Failed to fetch")));
  enterSession("t1");
  lockScreen();
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  expect(currentSession()).toEqual({ token: "t1", locked: true });
});

it("asks nothing when nobody is in", async () => {
  program(empty);
  lockScreen();
  await Promise.resolve();
  expect(sent).toEqual([]);
});

it("signs out whatever the program answers", async () => {
  program(() => Promise.reject(new TypeError("Failed to fetch")));
  enterSession("t1");
  await signOut();
  expect(currentSession().token).toBeNull();
  expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual(["DELETE /api/session"]);
});

it("refuses an answer that comes after its person has left, and no other", () => {
  const late = (sent: string | null) => () => refuseLate("/api/undo", sent);
  enterSession("t1");
  late("Bearer t1")();
  late(null)();
  lockScreen();
  late("Bearer t1")(); // behind the lock it is still the same person
  unlockSession();
  leaveSession();
  expect(late("Bearer t1")).toThrow("client.left");
  enterSession("t2");
  expect(late("Bearer t1")).toThrow("client.left");
  late(null)();
  refuseLate("/api/handover/take", "Bearer t1"); // of the computer, which becomes the host
});
