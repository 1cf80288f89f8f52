import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { keysFor, type QueryKey } from "@/shared/api/events";
import { host } from "@/shared/host/current";
import { publishEvent } from "@/shared/host/event-bus";

/** Events arrive in bursts while a form is pulled; views are read again once per burst, this many ms later. */
const burst = 150;

/** Follows the program's events for as long as someone is signed in, and refetches what they touch. */
export function useLiveData(token: string): void {
  const client = useQueryClient();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another session sees other events
  useEffect(() => {
    const pending = new Map<string, QueryKey>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      timer = undefined;
      const keys = [...pending.values()];
      pending.clear();
      for (const queryKey of keys) void client.invalidateQueries({ queryKey });
    };
    const stop = host.follow(
      (event) => {
        publishEvent(event);
        for (const key of keysFor(event)) pending.set(key.join("/"), key);
        if (pending.size > 0) timer ??= setTimeout(flush, burst);
      },
      () => void client.invalidateQueries(),
    );
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [client, token]);
}
