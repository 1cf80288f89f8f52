import {
  type HistoryChange,
  type HistoryFilter,
  type HistoryGroup,
  historyChanges,
  historyGroups,
} from "@/shared/history/history-queries";

const day = /^\d{4}-\d{2}-\d{2}$/;

/** Keeps what the screen understands of an address and drops the rest. */
export function parseHistorySearch(raw: Record<string, unknown>): HistoryFilter {
  const filter: HistoryFilter = {};
  if (typeof raw.user === "string" && raw.user !== "") filter.user = raw.user.slice(0, 64);
  if (typeof raw.prospect === "string" && raw.prospect !== "") filter.prospect = raw.prospect.slice(0, 64);
  if (historyGroups.includes(raw.what as HistoryGroup)) filter.what = raw.what as HistoryGroup;
  if (historyChanges.includes(raw.change as HistoryChange)) filter.change = raw.change as HistoryChange;
  for (const name of ["from", "to"] as const) {
    const value = raw[name];
    if (typeof value === "string" && day.test(value)) filter[name] = value;
  }
  return filter;
}
