import { afterEach, describe, expect, it, vi } from "vitest";
import {
  currentSession,
  enterSession,
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
});
