import { useEffect } from "react";
import { api } from "@/shared/api/client";
import { lockScreen } from "@/shared/api/leave-desk";
import { useSession } from "@/shared/api/session";

const signs = ["pointerdown", "pointermove", "keydown", "wheel", "focus"] as const;

/** How often the program hears that somebody is there, in milliseconds. */
const tellEvery = 60_000;

/**
 * Locks the session after so many minutes without a hand on it; 0 never does. The program locks it by itself as well when
 * it hears nothing: reading, which pages do on their own, does not count.
 */
export function useIdleLock(minutes: number): void {
  const { locked } = useSession();
  useEffect(() => {
    if (minutes <= 0 || locked) return;
    let last = Date.now();
    let told = last;
    const touch = () => {
      last = Date.now();
    };
    // Checked by the wall clock and not by one long timer, so that time asleep counts.
    const timer = setInterval(() => {
      if (Date.now() - last >= minutes * 60_000) {
        lockScreen();
      } else if (last > told && Date.now() - told >= tellEvery) {
        told = Date.now();
        api.POST("/api/session/active").catch(() => undefined);
      }
    }, 5_000);
    for (const sign of signs) window.addEventListener(sign, touch, { passive: true });
    return () => {
      clearInterval(timer);
      for (const sign of signs) window.removeEventListener(sign, touch);
    };
  }, [minutes, locked]);
}
