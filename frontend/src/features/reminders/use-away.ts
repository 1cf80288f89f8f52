import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useMe } from "@/shared/api/me";
import { useSession } from "@/shared/api/session";
import { announcedAt } from "./announced";
import { type Away, missedIn, noteAwake } from "./away";
import { longestLook } from "./due";
import { addMissed } from "./missed-store";
import { remindersQuery } from "./reminder-queries";

/**
 * Notes that the program is awake. After it was not – it was closed, or the computer slept – it lists what came due meanwhile, as
 * soon as the reminders have been read again: what was known before reaches a day ahead, and a weekend is longer.
 */
export function useAway(): void {
  const { user } = useMe();
  const client = useQueryClient();
  const { locked } = useSession();
  const { data, dataUpdatedAt } = useQuery({ ...remindersQuery, enabled: !locked });
  const readAt = useRef(dataUpdatedAt);
  readAt.current = dataUpdatedAt;
  const [away, setAway] = useState<(Away & { readAt: number }) | null>(null);
  useEffect(() => {
    const beat = () => {
      const gap = noteAwake(Date.now(), user.id, localStorage);
      if (gap === null) return;
      setAway((known) => ({ from: known?.from ?? gap.from, to: gap.to, readAt: readAt.current }));
      void client.invalidateQueries({ queryKey: remindersQuery.queryKey });
    };
    beat();
    const timer = setInterval(beat, longestLook);
    window.addEventListener("focus", beat);
    return () => {
      clearInterval(timer);
      window.removeEventListener("focus", beat);
    };
  }, [user.id, client]);
  useEffect(() => {
    if (away === null || data === undefined || dataUpdatedAt === away.readAt) return;
    addMissed(missedIn(data.items, away, (reminder) => announcedAt(reminder, user.id, localStorage)));
    setAway(null);
  }, [away, data, dataUpdatedAt, user.id]);
}
