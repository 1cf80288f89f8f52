import { afterEach, describe, expect, it, vi } from "vitest";
import {
  currentSession,
  enterSession,
  forgetAtSignOut,
  leaveSession,
  lockSession,
  subscribeSession,
  unlockSession,
} from "./session";

afterEach(leaveSession);

describe("session", () => {
  it("keeps the token while locked, so that the same person goes on", () => {
    enterSession("t1");
    lockSession();
    expect(currentSession()).toEqual({ token: "t1", locked: true });
    unlockSession();
    expect(currentSession()).toEqual({ token: "t1", locked: false });
  });
  it("cannot be locked when nobody is in", () => {
    lockSession();
    expect(currentSession()).toEqual({ token: null, locked: false });
  });
  it("enters unlocked after a locked person left", () => {
    enterSession("t1");
    lockSession();
    leaveSession();
    enterSession("t2");
    expect(currentSession()).toEqual({ token: "t2", locked: false });
  });
  it("tells listeners until they stop", () => {
    const listener = vi.fn();
    const stop = subscribeSession(listener);
    enterSession("t1");
    stop();
    leaveSession();
    expect(listener).toHaveBeenCalledTimes(1);
  });
  it("has what is one person's forgotten at the end of their session, and not while it is locked", () => {
    const forget = vi.fn();
    forgetAtSignOut(forget);
    enterSession("t1");
    lockSession();
    unlockSession();
    expect(forget).not.toHaveBeenCalled();
    leaveSession();
    leaveSession(); // nobody is in
    expect(forget).toHaveBeenCalledTimes(1);
    enterSession("t2");
    enterSession("t3"); // one after the other, without a sign-in screen between
    expect(forget).toHaveBeenCalledTimes(2);
  });
});
