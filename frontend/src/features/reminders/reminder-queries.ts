import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { answer, api } from "@/shared/api/client";
import { useSession } from "@/shared/api/session";
import type { Reminder } from "@/shared/api/types";
import { refreshProspect } from "@/shared/prospect/prospect-cache";
import { showError, showUndo } from "@/shared/ui/undo-toast";
import { dueAt, untilNext } from "./due";

/** How far ahead reminders are known, in ms: they come due on time even while nothing can be read. */
const ahead = 24 * 60 * 60_000;

const queryKey = ["reminders"] as const;

type Reminders = { items: Reminder[] };

/** Mine that are due or will be within a day, read again now and then since the passing of time pushes nothing. */
export const remindersQuery = queryOptions({
  queryKey,
  queryFn: () =>
    answer(
      api.GET("/api/reminders", {
        params: { query: { until: new Date(Date.now() + ahead).toISOString() } },
      }),
    ),
  refetchInterval: 10 * 60_000,
  refetchIntervalInBackground: true,
});

const none: Reminder[] = [];

/**
 * What is due, kept true while time passes and after the computer slept. Behind the lock nothing is read; what
 * is known by then comes due all the same.
 */
export function useDueReminders(): Reminder[] {
  const { locked } = useSession();
  const reminders = useQuery({ ...remindersQuery, enabled: !locked }).data?.items ?? none;
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
  return useMemo(() => dueAt(reminders, now), [reminders, now]);
}

type Act = { reminder: Reminder; message: string; send: () => Promise<{ tx_id: string }> };

/** Takes a reminder off the list at once, with a toast to undo; a refusal puts it back and says why. */
export function useReminderAct() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ send }: Act) => send(),
    onMutate: async ({ reminder }) => {
      await client.cancelQueries({ queryKey });
      const before = client.getQueryData<Reminders>(queryKey);
      client.setQueryData<Reminders>(queryKey, (known) =>
        known === undefined ? known : { ...known, items: known.items.filter(({ id }) => id !== reminder.id) },
      );
      return { before };
    },
    onSuccess: ({ tx_id }, { message }) => showUndo(message, tx_id),
    onError: (thrown, _, context) => {
      client.setQueryData(queryKey, context?.before);
      showError(thrown);
    },
    onSettled: (_data, _error, { reminder }) => refreshProspect(client, reminder.prospect_id),
  });
}

/** The step itself is done, and its reminder with it. */
export function finish({ activity_id }: Reminder) {
  return answer(api.POST("/api/activities/{id}/done", { params: { path: { id: activity_id } }, body: {} }));
}

/** Tells again at this moment; the step stays due when it was. */
export function snooze({ id }: Reminder, until: Date) {
  return answer(
    api.PATCH("/api/reminders/{id}", {
      params: { path: { id } },
      body: { remind_at: until.toISOString() },
    }),
  );
}
