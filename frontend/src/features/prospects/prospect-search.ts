import { dayIn, idIn, textIn, wordIn } from "@/shared/lib/address";

/** What the list of prospects shows, held in the address: a saved view is a link. */
export type ProspectSearch = {
  q?: string;
  stage?: string;
  status?: string;
  temperature?: string;
  /** A user's id, or "none" for prospects without a seller. */
  seller?: string;
  /** Meta's ids, or "none" for prospects without one. */
  form?: string;
  campaign?: string;
  source?: string;
  /** Why it was discarded, or "none". */
  reason?: string;
  /** Days of the office's, both included: of the latest form, of the first attempt since, of the end. */
  lead_from?: string;
  lead_to?: string;
  attended_from?: string;
  attended_to?: string;
  ended_from?: string;
  ended_to?: string;
  /** Steps of the response clock in minutes: how old the lead is, and how soon it was attended by which clock. */
  age?: ClockStep;
  answered?: ClockStep;
  clock?: ResponseClock;
  attended?: true;
  tag?: string;
  opposed?: true;
  /** Discarded and closed prospects: left out unless asked for. */
  open?: "false" | "all";
  unattended?: true;
  no_next?: true;
  sort?: ProspectSort;
};

/** Up to five minutes, more than that up to fifteen, up to an hour, and beyond. */
export const clockSteps = ["5", "15", "60", "older"] as const;

/** Clocks of a response beside "lead", which an address without one means; those of hours run while the office works. */
export const responseClocks = ["lead_hours", "receipt", "receipt_hours"] as const;

/** One of the clocks. */
export type ResponseClock = (typeof responseClocks)[number];

/** One of the steps. */
export type ClockStep = (typeof clockSteps)[number];

/** Filters that name something by its id, or "none". */
const ids = ["stage", "seller", "form", "campaign", "reason", "tag"] as const;

/** Filters with a fixed list, as the API has them. */
const words = {
  status: ["new", "trying", "contacted", "following", "paused", "discarded", "closed"],
  temperature: ["cold", "warm", "hot"],
  source: ["leads", "file", "manual"],
} as const;

/** Filters that are days. */
const days = ["lead_from", "lead_to", "attended_from", "attended_to", "ended_from", "ended_to"] as const;

/** Filters that are on or not there. */
const flags = ["opposed", "unattended", "no_next", "attended"] as const;

/** Orders of the list; "recent", newest lead first, is the one an address without it means. */
export const prospectSorts = ["recent", "name", "next", "activity"] as const;

/** One of the orders. */
export type ProspectSort = (typeof prospectSorts)[number];

/** Longest text an address may carry into the search field. */
const longestQuery = 200;

/** A day, or its distance from today, as a view keeps it: `-7d` is a week ago. */
function dayOrDistance(value: unknown): string | undefined {
  return typeof value === "string" && /^-\d{1,4}d$/.test(value) ? value : dayIn(value);
}

/** Keeps what this screen understands of an address and drops the rest, so that an old link still opens. */
export function parseProspectSearch(raw: Record<string, unknown>): ProspectSearch {
  const search: ProspectSearch = {};
  const q = textIn(raw.q);
  if (q !== undefined) search.q = q.slice(0, longestQuery);
  for (const name of ids) {
    const id = idIn(textIn(raw[name])); // Meta's are numbers
    if (id !== undefined) search[name] = id;
  }
  for (const name of ["status", "temperature", "source"] as const) {
    const word = wordIn<string>(words[name], raw[name]);
    if (word !== undefined) search[name] = word;
  }
  for (const name of days) {
    const day = dayOrDistance(raw[name]);
    if (day !== undefined) search[name] = day;
  }
  if (raw.open === "all" || raw.open === "false" || raw.open === false) {
    search.open = raw.open === "all" ? "all" : "false";
  }
  for (const name of flags) if (raw[name] === true || raw[name] === "true") search[name] = true;
  for (const name of ["age", "answered"] as const) {
    const step = wordIn(clockSteps, textIn(raw[name]));
    if (step !== undefined) search[name] = step;
  }
  const clock = wordIn(responseClocks, raw.clock);
  if (clock !== undefined) search.clock = clock;
  const sort = wordIn(prospectSorts, raw.sort);
  if (sort !== undefined && sort !== "recent") search.sort = sort;
  return search;
}

/** Statuses of prospects that nobody follows any more. */
const endings = new Set(["discarded", "closed"]);

/** The query of the API for a search. A search for an ending status looks among those that have ended. */
export function searchQuery(search: ProspectSearch) {
  const open: "true" | "false" | "all" =
    search.open ??
    (endings.has(search.status ?? "") || search.reason !== undefined || search.opposed ? "all" : "true");
  return { ...search, open };
}

/** True when anything but the order narrows the list. */
export function isNarrowed({ sort: _, ...filters }: ProspectSearch): boolean {
  return Object.keys(filters).length > 0;
}
