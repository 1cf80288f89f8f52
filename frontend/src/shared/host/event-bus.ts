import { useEffect, useRef } from "react";
import type { HostEvent } from "@/shared/api/events";

const listeners = new Set<(event: HostEvent) => void>();

/** Hands an event to every listener; called by app, which follows the host once for the whole page. */
export function publishEvent(event: HostEvent): void {
  for (const listener of listeners) listener(event);
}

/**
 * Calls back for each event while the component is on screen. Queries are refetched by app already (see
 * keysFor); this is for what is not a query, such as counting new leads above a list.
 */
export function useHostEvent(listener: (event: HostEvent) => void): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const follow = (event: HostEvent) => latest.current(event);
    listeners.add(follow);
    return () => {
      listeners.delete(follow);
    };
  }, []);
}
