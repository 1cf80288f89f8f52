import { useEffect, useRef, useState } from "react";
import { useMe } from "@/shared/api/me";
import { type Away, isMissed, noteAwake } from "./away";
import { longestLook } from "./due";
import { addMissed, clearMissed } from "./missed-store";
import { useReminders } from "./reminder-queries";

/**
 * Notes that the program is awake. After it was not – it was closed, or the computer slept – it lists what came due meanwhile, as
 * soon as the reminders are known.
 */
export function useAway(): void {
  const { user } = useMe();
  const reminders = useReminders();
  const [away, setAway] = useState<Away | null>(null);
  const before = useRef(user.id);
  useEffect(() => {
    if (before.current !== user.id) clearMissed();
    before.current = user.id;
    const beat = () => {
      const gap = noteAwake(Date.now(), user.id, localStorage);
      if (gap !== null) setAway((known) => ({ from: known?.from ?? gap.from, to: gap.to }));
    };
    beat();
    const timer = setInterval(beat, longestLook);
    window.addEventListener("focus", beat);
    return () => {
      clearInterval(timer);
      window.removeEventListener("focus", beat);
    };
  }, [user.id]);
  useEffect(() => {
    if (away === null || reminders === undefined) return;
    addMissed(reminders.filter((reminder) => isMissed(reminder, away)));
    setAway(null);
  }, [away, reminders]);
}
