import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { answer, api } from "@/shared/api/client";
import { useMe } from "@/shared/api/me";
import { useSession } from "@/shared/api/session";
import type { Reminder } from "@/shared/api/types";
import { refreshProspect } from "@/shared/prospect/prospect-cache";
import { dueFields, type When } from "@/shared/prospect/when-presets";
import { showError, undoable } from "@/shared/ui/undo-toast";
import { announcedPrefix, latestAnnounced, wasAnnounced } from "./announced";
import { dueAt, toldBy, untilNext } from "./due";
import { remindingAt } from "./reminding";

/** How far ahead reminders are known, in ms: they come due on time even while nothing can be read. */
const ahead = 24 * 60 * 60_000;

const queryKey = ["reminders"] as const;

type Reminders = { items: Reminder[] };

/** Now, or the latest time that anybody here was told of: a clock that was set back hides nothing. */
function latest(): number {
  const told = Object.keys(localStorage)
    .filter((key) => key.startsWith(announcedPrefix))
    .map((key) => latestAnnounced(key.slice(announcedPrefix.length), localStorage));
  return Math.max(Date.now(), ...told);
}

/** Mine that are due or will be within a day, read again now and then since the passing of time pushes nothing. */
export const remindersQuery = queryOptions({
  queryKey,
  queryFn: () =>
    answer(
      api.GET("/api/reminders", {
        params: { query: { until: new Date(latest() + ahead).toISOString() } },
      }),
    ),
  refetchInterval: 10 * 60_000,
  refetchIntervalInBackground: true,
});

const none: Reminder[] = [];

/** Mine as far as they are known; `undefined` before the first answer, and behind the lock. */
export function useReminders(): Reminder[] | undefined {
  const { locked } = useSession();
  return useQuery({ ...remindersQuery, enabled: !locked }).data?.items;
}

/**
 * What is due, kept true while time passes and after the computer slept. Behind the lock nothing is read; what
 * is known by then comes due all the same.
 */
export function useDueReminders(): Reminder[] {
  const { user } = useMe();
  const reminders = useReminders() ?? none;
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const look = () => setNow(Date.now());
    const timer = setTimeout(look, untilNext(reminders, now));
    window.addEventListener("focus", look);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("focus", look);
    };
  }, [reminders, now]);
  return useMemo(
    () =>
      dueAt(
        reminders.map((reminder) => toldBy(reminder, now)),
        now,
        (reminder) => wasAnnounced(reminder, user.id, localStorage),
      ),
    [reminders, now, user.id],
  );
}

type Act = { reminders: readonly Reminder[]; message: string; send: () => Promise<{ tx_id: string }> };

/** Takes reminders off the list at once, with a toast to undo; a refusal puts it back and says why. */
export function useReminderAct() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ send, message }: Act) => undoable(send, message),
    onMutate: async ({ reminders }) => {
      await client.cancelQueries({ queryKey });
      const ids = new Set(reminders.map(({ id }) => id));
      const before = client.getQueryData<Reminders>(queryKey);
      client.setQueryData<Reminders>(queryKey, (known) =>
        known === undefined ? known : { ...known, items: known.items.filter(({ id }) => !ids.has(id)) },
      );
      return { before };
    },
    onError: (thrown, _, context) => {
      client.setQueryData(queryKey, context?.before);
      showError(thrown);
    },
    onSettled: (_data, _error, { reminders }) => {
      for (const id of new Set(reminders.map(({ prospect_id }) => prospect_id))) refreshProspect(client, id);
      void client.invalidateQueries({ queryKey: ["agenda"] });
    },
  });
}

/** The step itself is done, and its reminder with it; `again` plans the same once more. */
export function finish({ activity_id, kind }: Reminder, result?: string, again?: When) {
  const body = {
    ...(result === undefined ? {} : { result }),
    ...(again === undefined ? {} : { next: { kind, ...dueFields(again) } }),
  };
  return answer(api.POST("/api/activities/{id}/done", { params: { path: { id: activity_id } }, body }));
}

/** Tells again at this moment; the steps stay due when they were. */
export function snooze(reminders: readonly Reminder[], until: Date) {
  const ids = reminders.map(({ id }) => id);
  return answer(api.POST("/api/reminders/snooze", { body: { ids, remind_at: until.toISOString() } }));
}

/** Moves the step itself, and the reminder with it; the history keeps the former time. */
export function move({ activity_id }: Reminder, when: When) {
  const { due_at, due_on } = when;
  const remind_at = remindingAt(when).toISOString();
  const body = due_at === undefined ? { due_on, remind_at } : { due_at, remind_at };
  return answer(api.PATCH("/api/activities/{id}", { params: { path: { id: activity_id } }, body }));
}
