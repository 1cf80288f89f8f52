import { dayIn, idIn, wordIn } from "@/shared/lib/address";
import { daysBetween, parseDay, toDay } from "@/shared/lib/dates";

/** What the dashboard is about, held in the address. */
export type DashboardSearch = {
  period?: DashboardPeriod;
  /** Days of the office's, both included; they replace the period. */
  from?: string;
  to?: string;
  /** A user's id, or "none" for prospects without a seller. */
  seller?: string;
};

/** Periods up to today; "30d" is the one an address without it means. */
export const dashboardPeriods = ["week", "7d", "30d", "90d", "month"] as const;

/** One of the periods. */
export type DashboardPeriod = (typeof dashboardPeriods)[number];

/** How many days lie between the first and the last at most. */
const longest = 3660;

/** True for days that a dashboard can be about; without a last one it is up to today. */
function isStretch(from: string, to = toDay(new Date())): boolean {
  const days = daysBetween(parseDay(from), parseDay(to));
  return days >= 0 && days <= longest;
}

/** Keeps what this screen understands of an address and drops the rest. */
export function parseDashboardSearch(raw: Record<string, unknown>): DashboardSearch {
  const period = wordIn(dashboardPeriods, raw.period);
  const seller = idIn(raw.seller);
  const search: DashboardSearch = {
    ...(period === undefined ? {} : { period }),
    ...(seller === undefined ? {} : { seller }),
  };
  const from = dayIn(raw.from);
  const to = dayIn(raw.to);
  if (from === undefined || !isStretch(from, to)) return search;
  return { ...search, from, ...(to === undefined ? {} : { to }) };
}
