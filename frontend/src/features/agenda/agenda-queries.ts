import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import type { Agenda, AgendaItem } from "@/shared/api/types";
import { host } from "@/shared/host/current";
import { toDay } from "@/shared/lib/dates";
import { keptLength } from "@/shared/prospect/length";
import { refreshProspect } from "@/shared/prospect/prospect-cache";
import { dueFields, type When } from "@/shared/prospect/when-presets";
import { showError, undoable } from "@/shared/ui/undo-toast";
import { addDays, dayOf, rangeOf, type Slot, slotFields } from "./agenda-days";

/** Whose agenda: a user's id, "none", or everybody's. */
type Whose = string | undefined;

const narrow = (seller: Whose) => (seller === undefined ? {} : { seller });

/** What is planned on these days. While another week is on its way the one before stays on screen. */
export const agendaQuery = (days: readonly string[], seller: Whose) =>
  queryOptions({
    queryKey: ["agenda", "range", days[0], days.length, seller],
    queryFn: () =>
      answer(api.GET("/api/agenda", { params: { query: { ...rangeOf(days), ...narrow(seller) } } })),
    placeholderData: keepPreviousData,
  });

/** What should have been done by now; read again as time passes, which pushes nothing. */
export const overdueQuery = (seller: Whose) =>
  queryOptions({
    queryKey: ["agenda", "overdue", seller],
    queryFn: () => {
      const now = new Date();
      const query = { now: now.toISOString(), today: toDay(now), ...narrow(seller) };
      return answer(api.GET("/api/agenda/overdue", { params: { query } }));
    },
    refetchInterval: 60_000,
  });

/** How many active prospects have no next step. */
export const noNextQuery = (seller: Whose) =>
  queryOptions({
    queryKey: ["prospects", "no-next", seller],
    queryFn: () =>
      answer(
        api.GET("/api/prospects", {
          params: { query: { no_next: true, open: "true", limit: 1, ...narrow(seller) } },
        }),
      ),
  });

/** The days of a query made by `agendaQuery`. */
function daysOfKey([, , first, count]: readonly unknown[]): string[] {
  if (typeof first !== "string" || typeof count !== "number") return [];
  return Array.from({ length: count }, (_, index) => addDays(first, index));
}

/** An agenda with something as it has become, also where it was not before: what is overdue comes from elsewhere. */
export function withItem(known: Agenda, id: string, becomes: AgendaItem | null, days: string[]): Agenda {
  const others = known.items.filter((one) => one.id !== id);
  if (becomes === null) return { ...known, items: others };
  if (others.length < known.items.length)
    return { ...known, items: known.items.map((one) => (one.id === id ? becomes : one)) };
  if (!days.includes(dayOf(becomes))) return known;
  return { total: known.total + 1, items: [...others, becomes] };
}

type Act = {
  item: AgendaItem;
  message: string;
  send: () => Promise<{ tx_id: string }>;
  /** The item as it will be; `null` takes it off the list of what is overdue. */
  becomes: AgendaItem | null;
};

/** Changes something planned: shown at once, with a toast to undo; a refusal puts it back and says why. */
export function useAgendaAct() {
  const client = useQueryClient();
  return useMutation({
    mutationKey: ["agenda-act"],
    mutationFn: ({ send, message }: Act) => undoable(send, message),
    onMutate: async ({ item, becomes }) => {
      await client.cancelQueries({ queryKey: ["agenda"] });
      const before = client.getQueriesData<Agenda>({ queryKey: ["agenda"] });
      for (const [key, known] of client.getQueriesData<Agenda>({ queryKey: ["agenda", "range"] })) {
        if (known !== undefined) client.setQueryData(key, withItem(known, item.id, becomes, daysOfKey(key)));
      }
      client.setQueriesData<Agenda>({ queryKey: ["agenda", "overdue"] }, (known) =>
        known?.items.some(({ id }) => id === item.id)
          ? { total: known.total - 1, items: known.items.filter(({ id }) => id !== item.id) }
          : known,
      );
      return { before };
    },
    onError: (thrown, _, context) => {
      for (const [key, data] of context?.before ?? []) client.setQueryData(key, data);
      showError(thrown);
    },
    onSettled: (_data, _error, { item }) => {
      if (client.isMutating({ mutationKey: ["agenda-act"] }) > 1) return;
      void client.invalidateQueries({ queryKey: ["agenda"] });
      refreshProspect(client, item.prospect_id);
    },
  });
}

/** Moves the due time; the history keeps the former one, and the reminder goes along. */
export function reschedule(item: AgendaItem, slot: Slot) {
  return answer(
    api.PATCH("/api/activities/{id}", { params: { path: { id: item.id } }, body: slotFields(slot) }),
  );
}

/** Says how long it takes. */
export function resize(item: AgendaItem, minutes: number) {
  const body = { minutes: keptLength(item.kind, minutes) };
  return answer(api.PATCH("/api/activities/{id}", { params: { path: { id: item.id } }, body }));
}

/** The item with another length. */
export function resizedTo(item: AgendaItem, minutes: number): AgendaItem {
  const kept = keptLength(item.kind, minutes);
  return { ...item, minutes: kept === 0 ? null : kept };
}

/** The item at its new place. */
export function movedTo(item: AgendaItem, slot: Slot): AgendaItem {
  return { ...item, due_at: null, due_on: null, ...slotFields(slot) };
}

/** Marks it as done; `again` plans the same once more. */
export function finish({ id, kind }: AgendaItem, result?: string, again?: When) {
  const body = {
    ...(result === undefined ? {} : { result }),
    ...(again === undefined ? {} : { next: { kind, ...dueFields(again) } }),
  };
  return answer(api.POST("/api/activities/{id}/done", { params: { path: { id } }, body }));
}

/** Keeps these days as a file for another calendar. */
export async function exportAgenda(days: readonly string[], seller: Whose): Promise<void> {
  const query = { ...rangeOf(days), ...narrow(seller) };
  const { name, content } = await answer(api.GET("/api/agenda/calendar", { params: { query } }));
  await host.saveFile(name, content);
}

/** What narrows a file of what is on screen. */
export function exportFilter(days: readonly string[], seller: Whose): Record<string, unknown> {
  return { ...rangeOf(days), ...narrow(seller) };
}

/** Keeps one planned activity as a file for another calendar. */
export async function exportItem({ id }: AgendaItem): Promise<void> {
  const { name, content } = await answer(
    api.GET("/api/activities/{id}/calendar", { params: { path: { id } } }),
  );
  await host.saveFile(name, content);
}
