import { beforeEach, describe, expect, it } from "vitest";
import { createUndoStack } from "./undo-stack";

/** Lets everything that waits for nothing else happen. */
const settled = () => new Promise((resolve) => setTimeout(resolve));

let log: string[];
let stack: ReturnType<typeof createUndoStack>;
let press: Map<string, () => void>;

beforeEach(() => {
  log = [];
  press = new Map();
  stack = createUndoStack({
    offer: (message, takeBack) => {
      press.set(message, takeBack);
      log.push(`offered ${message}`);
      return () => log.push(`hid ${message}`);
    },
    tell: (words = "undone") => log.push(words),
    fail: (thrown) => log.push(`failed: ${String(thrown)}`),
  });
});

const deed = (message: string) => ({
  message,
  takeBack: async () => {
    log.push(`back ${message}`);
    return `un-${message}`;
  },
  again: async (back: string) => {
    log.push(`again ${back}`);
    return "redone";
  },
});

/** Something that the program has answered. */
const did = (message: string) => stack.begin().offer(deed(message));

describe("the stack of what can be taken back", () => {
  it("takes back the change that has not been answered yet, not the one before it", async () => {
    did("first");
    const pending = stack.begin();
    stack.undoLast();
    await settled();
    expect(log).toEqual(["offered first"]);
    pending.offer(deed("second"));
    await settled();
    // What is taken back already is not offered any more.
    expect(log).toEqual(["offered first", "back second", "undone"]);
  });
  it("takes back nothing else when that change fails", async () => {
    did("first");
    const pending = stack.begin();
    stack.undoLast();
    pending.leave();
    await settled();
    expect(log).toEqual(["offered first"]);
    stack.undoLast();
    await settled();
    expect(log.slice(1)).toEqual(["hid first", "back first", "undone"]);
  });
  it("goes by the order in which things were done, not in which they were answered", async () => {
    const slow = stack.begin();
    did("quick");
    slow.offer(deed("slow"));
    stack.undoLast();
    await settled();
    expect(log).toContain("back quick");
    expect(log).not.toContain("back slow");
  });
  it("takes two back in their order although the later has not been answered", async () => {
    did("first");
    const pending = stack.begin();
    stack.undoLast();
    stack.undoLast();
    await settled();
    expect(log).not.toContain("back first");
    pending.offer(deed("second"));
    await settled();
    expect(log.filter((line) => line.startsWith("back"))).toEqual(["back second", "back first"]);
  });
  it("has forgotten a change that failed before the key", async () => {
    did("first");
    stack.begin().leave();
    stack.undoLast();
    await settled();
    expect(log).toContain("back first");
  });
  it("ends long work early when it is taken back by then, and only then", async () => {
    const work = stack.begin(() => log.push("stop"));
    stack.undoLast();
    expect(log).toEqual(["stop"]);
    work.offer(deed("half"));
    await settled();
    expect(log).toEqual(["stop", "back half", "undone"]);
    const whole = stack.begin(() => log.push("stop again"));
    whole.offer(deed("whole"));
    stack.undoLast();
    await settled();
    expect(log).not.toContain("stop again");
  });
  it("takes back once what is pressed twice", async () => {
    did("first");
    press.get("first")?.();
    press.get("first")?.();
    stack.undoLast();
    await settled();
    expect(log.filter((line) => line === "back first")).toHaveLength(1);
  });
  it("does again what was taken back, also when the key comes before that is done", async () => {
    const pending = stack.begin();
    stack.undoLast();
    stack.redoLast();
    pending.offer(deed("one"));
    await settled();
    expect(log).toEqual(["back one", "undone", "again un-one", "offered one"]);
    stack.undoLast();
    await settled();
    expect(log.slice(4)).toEqual(["hid one", "again redone", "undone"]);
  });
  it("has nothing to do again after something new", async () => {
    did("first");
    stack.undoLast();
    await settled();
    did("second");
    stack.redoLast();
    await settled();
    expect(log).not.toContain("again un-first");
  });
  it("says why something could not be taken back", async () => {
    stack.begin().offer({ message: "one", takeBack: () => Promise.reject("changed since") });
    stack.undoLast();
    await settled();
    expect(log.at(-1)).toBe("failed: changed since");
  });
  it("forgets all of it: nothing is left to take back or to do again, nor is what comes late", async () => {
    did("first");
    did("second");
    stack.undoLast();
    await settled();
    let stopped = false;
    const pending = stack.begin(() => {
      stopped = true;
    });
    log = [];
    stack.forget();
    expect([log, stopped]).toEqual([["hid first"], true]);
    pending.offer(deed("late"));
    stack.undoLast();
    stack.redoLast();
    press.get("first")?.();
    await settled();
    expect(log).toEqual(["hid first"]);
    did("of the next person");
    stack.undoLast();
    await settled();
    expect(log.slice(1)).toContain("back of the next person");
  });
  it("does not take back, for the next person, what the last one had asked to", async () => {
    const pending = stack.begin();
    stack.undoLast(); // waits for the answer
    stack.forget();
    pending.offer(deed("late"));
    await settled();
    expect(log).toEqual([]);
  });
});
