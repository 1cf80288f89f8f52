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

const day = /^\d{4}-\d{2}-\d{2}$/;

/** Keeps what this screen understands of an address and drops the rest. */
export function parseDashboardSearch(raw: Record<string, unknown>): DashboardSearch {
  const search: DashboardSearch = {};
  const period = dashboardPeriods.find((name) => name === raw.period);
  if (period !== undefined) search.period = period;
  for (const name of ["from", "to"] as const) {
    const value = raw[name];
    if (typeof value === "string" && day.test(value)) search[name] = value;
  }
  if (search.from === undefined) delete search.to;
  if (typeof raw.seller === "string" && raw.seller !== "") search.seller = raw.seller.slice(0, 64);
  return search;
}
