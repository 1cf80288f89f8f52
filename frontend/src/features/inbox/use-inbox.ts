import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import type { HostEvent } from "@/shared/api/events";
import type { InboxCard, OfficeNow } from "@/shared/api/types";
import { useHostEvent } from "@/shared/host/event-bus";
import { burst } from "@/shared/lib/burst";
import { gather } from "./gathering";
import { inboxQuery } from "./inbox-queries";

/** Events come in bursts while a form is pulled; the tray is read at the first, and at most every so many ms. */
const rest = 150;

/** Tables whose changes add, move or take away a card. */
const feeding = new Set(["prospect", "submission", "activity", "contact", "contact_phone", "event", "user"]);

function touchesInbox(event: HostEvent): boolean {
  if (event.type === "lead") return true;
  return event.type === "changed" && event.entities.some((entity) => feeding.has(entity));
}

/** Reads the tray again after events that touch it. */
function useFreshInbox(): void {
  const client = useQueryClient();
  const reading = useMemo(
    () => burst(() => void client.invalidateQueries({ queryKey: inboxQuery.queryKey }), rest),
    [client],
  );
  useHostEvent((event) => {
    if (touchesInbox(event)) reading.call();
  });
  useEffect(() => reading.stop, [reading]);
}

/** The tray as the screen shows it. */
export type InboxState = {
  rows: InboxCard[];
  /** New leads that wait behind the button. */
  waiting: number;
  /** Unattended prospects in all; `undefined` before the first answer. */
  count: number | undefined;
  /** How the clock of office hours stands; null where there are none. */
  office: OfficeNow | null;
  error: unknown;
  retry: () => void;
  /** Shows what waits. */
  release: () => void;
  /** Tell it when the person reaches or leaves the top of the list. */
  onTop: (atTop: boolean) => void;
  hasMore: boolean;
  loadMore: () => void;
};

/** Follows the tray: live while the person is at the top, held still while they read further down. */
export function useInbox(): InboxState {
  useFreshInbox();
  const query = useInfiniteQuery(inboxQuery);
  const [since, setSince] = useState<string | null>(null);
  const cards = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const { rows, waiting } = gather(cards, since);
  const newest = rows[0]?.lead_at ?? null;
  const { fetchNextPage, hasNextPage, isFetchingNextPage, refetch } = query;
  return {
    rows,
    waiting,
    count: query.data?.pages[0]?.count,
    office: query.data?.pages[0]?.office ?? null,
    error: query.error,
    retry: () => void refetch(),
    release: useCallback(() => setSince(null), []),
    onTop: (atTop) => setSince((held) => (atTop ? null : (held ?? newest))),
    hasMore: hasNextPage,
    loadMore: () => {
      if (!isFetchingNextPage) void fetchNextPage();
    },
  };
}
