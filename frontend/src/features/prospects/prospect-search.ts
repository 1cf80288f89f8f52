/** What the list of prospects shows, held in the address: a saved view is a link. */
export type ProspectSearch = {
  q?: string;
  stage?: string;
  status?: string;
  temperature?: string;
  /** A user's id, or "none" for prospects without a seller. */
  seller?: string;
  form?: string;
  source?: string;
  /** Discarded and closed prospects: left out unless asked for. */
  open?: "false" | "all";
  unattended?: true;
  no_next?: true;
  sort?: ProspectSort;
};

/** Orders of the list; "recent", newest lead first, is the one an address without it means. */
export const prospectSorts = ["recent", "name", "next", "activity"] as const;

/** One of the orders. */
export type ProspectSort = (typeof prospectSorts)[number];

/** Longest text an address may carry into the search field. */
const longestQuery = 200;

function text(value: unknown): string | undefined {
  // The router reads a bare number or true in an address as such; a phone typed as a search is one.
  const read = typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
  return read === "" ? undefined : read.slice(0, longestQuery);
}

/** Keeps what this screen understands of an address and drops the rest, so that an old link still opens. */
export function parseProspectSearch(raw: Record<string, unknown>): ProspectSearch {
  const search: ProspectSearch = {};
  for (const name of ["q", "stage", "status", "temperature", "seller", "form", "source"] as const) {
    const value = text(raw[name]);
    if (value !== undefined) search[name] = value;
  }
  if (raw.open === "all" || raw.open === "false" || raw.open === false) {
    search.open = raw.open === "all" ? "all" : "false";
  }
  if (raw.unattended === true || raw.unattended === "true") search.unattended = true;
  if (raw.no_next === true || raw.no_next === "true") search.no_next = true;
  const sort = prospectSorts.find((name) => name === raw.sort);
  if (sort !== undefined && sort !== "recent") search.sort = sort;
  return search;
}

/** Statuses of prospects that nobody follows any more. */
const endings = new Set(["discarded", "closed"]);

/** The query of the API for a search. A search for an ending status looks among those that have ended. */
export function searchQuery(search: ProspectSearch) {
  const open: "true" | "false" | "all" = search.open ?? (endings.has(search.status ?? "") ? "all" : "true");
  return { ...search, open };
}

/** True when anything but the order narrows the list. */
export function isNarrowed({ sort: _, ...filters }: ProspectSearch): boolean {
  return Object.keys(filters).length > 0;
}
