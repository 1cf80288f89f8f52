import { type HistoryFilter, historyChanges, historyGroups } from "@/shared/history/history-queries";
import { dayIn, idIn, wordIn } from "@/shared/lib/address";

/** Keeps what the screen understands of an address and drops the rest. */
export function parseHistorySearch(raw: Record<string, unknown>): HistoryFilter {
  const filter: HistoryFilter = {};
  for (const name of ["user", "prospect"] as const) {
    const id = idIn(raw[name]);
    if (id !== undefined) filter[name] = id;
  }
  const what = wordIn(historyGroups, raw.what);
  if (what !== undefined) filter.what = what;
  const change = wordIn(historyChanges, raw.change);
  if (change !== undefined) filter.change = change;
  for (const name of ["from", "to"] as const) {
    const day = dayIn(raw[name]);
    if (day !== undefined) filter[name] = day;
  }
  return filter;
}
