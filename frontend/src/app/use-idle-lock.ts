import { useEffect } from "react";
import { lockSession } from "@/shared/api/session";

const signs = ["pointerdown", "pointermove", "keydown", "wheel", "focus"] as const;

/** Locks the screen after so many minutes without a hand on it; 0 never does. */
export function useIdleLock(minutes: number): void {
  useEffect(() => {
    if (minutes <= 0) return;
    let last = Date.now();
    const touch = () => {
      last = Date.now();
    };
    // Checked by the wall clock and not by one long timer, so that time asleep counts.
    const timer = setInterval(() => {
      if (Date.now() - last >= minutes * 60_000) lockSession();
    }, 5_000);
    for (const sign of signs) window.addEventListener(sign, touch, { passive: true });
    return () => {
      clearInterval(timer);
      for (const sign of signs) window.removeEventListener(sign, touch);
    };
  }, [minutes]);
}
