import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { burst } from "./burst";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("the first of a burst acts at once, and the others together when it has rested", () => {
  const act = vi.fn();
  const { call } = burst(act, 150);
  call();
  expect(act).toHaveBeenCalledTimes(1);
  call();
  vi.advanceTimersByTime(100);
  call();
  expect(act).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(50);
  expect(act).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(1000);
  expect(act).toHaveBeenCalledTimes(2);
});

test("calls without an end act once per rest", () => {
  const act = vi.fn();
  const { call } = burst(act, 150);
  for (let ms = 0; ms < 1500; ms += 10) {
    call();
    vi.advanceTimersByTime(10);
  }
  expect(act).toHaveBeenCalledTimes(11);
});

test("after a silence the next one acts at once again", () => {
  const act = vi.fn();
  const { call } = burst(act, 150);
  call();
  vi.advanceTimersByTime(150);
  call();
  expect(act).toHaveBeenCalledTimes(2);
});

test("what waits is forgotten when it stops", () => {
  const act = vi.fn();
  const { call, stop } = burst(act, 150);
  call();
  call();
  stop();
  vi.advanceTimersByTime(1000);
  expect(act).toHaveBeenCalledTimes(1);
});
