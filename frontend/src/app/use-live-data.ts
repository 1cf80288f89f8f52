import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { keysFor, type QueryKey } from "@/shared/api/events";
import { host } from "@/shared/host/current";
import { publishEvent } from "@/shared/host/event-bus";
import { burst } from "@/shared/lib/burst";

/** Events arrive in bursts while a form is pulled; views are read again at the first, and at most every so many ms. */
const rest = 150;

/** Follows the program's events for as long as someone is signed in, and refetches what they touch. */
export function useLiveData(token: string): void {
  const client = useQueryClient();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another session sees other events
  useEffect(() => {
    const pending = new Map<string, QueryKey>();
    const views = burst(() => {
      const keys = [...pending.values()];
      pending.clear();
      for (const queryKey of keys) void client.invalidateQueries({ queryKey });
    }, rest);
    const stop = host.follow(
      (event) => {
        publishEvent(event);
        for (const key of keysFor(event)) pending.set(key.join("/"), key);
        if (pending.size > 0) views.call();
      },
      () => void client.invalidateQueries(),
    );
    return () => {
      views.stop();
      stop();
    };
  }, [client, token]);
}
