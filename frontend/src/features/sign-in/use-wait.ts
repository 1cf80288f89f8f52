import { useEffect, useState } from "react";
import { toAppError } from "@/shared/api/app-error";

/** Seconds that a fault asks to wait: the argument of `account.wait`, rounded up; 0 for other faults. */
export function secondsToWait(fault: unknown): number {
  const { code, args } = toAppError(fault);
  if (code !== "account.wait") return 0;
  const seconds = Number(args.seconds);
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : 0;
}

/** Counts down the growing delay after wrong passwords. The program enforces it; this only shows it. */
export function useWait(): { seconds: number; follow: (fault: unknown) => void } {
  const [until, setUntil] = useState(0);
  const [now, setNow] = useState(0);
  const seconds = Math.max(0, Math.ceil((until - now) / 1000));
  useEffect(() => {
    if (seconds === 0) return;
    const timer = setTimeout(() => setNow(Date.now()), 250);
    return () => clearTimeout(timer);
  });
  return {
    seconds,
    follow: (fault) => {
      const start = Date.now();
      setNow(start);
      setUntil(start + secondsToWait(fault) * 1000);
    },
  };
}
