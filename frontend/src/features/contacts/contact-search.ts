/** What the address of the list says. */
export type ContactSearch = { q?: string; sort?: "recent" };

/** Reads the address of the list; what makes no sense is left out. */
export function parseContactSearch({ q, sort }: Record<string, unknown>): ContactSearch {
  return {
    ...(typeof q === "string" && q.trim() !== "" ? { q: q.slice(0, 200) } : {}),
    ...(sort === "recent" ? { sort } : {}),
  };
}

/** Which contacts are to be one, with commas, and the request that asks for it. */
export type MergeSearch = { ids?: string; peticion?: string };

/** Reads the address of a merge. */
export function parseMergeSearch({ ids, peticion }: Record<string, unknown>): MergeSearch {
  return {
    ...(typeof ids === "string" && ids !== "" ? { ids } : {}),
    ...(typeof peticion === "string" && peticion !== "" ? { peticion } : {}),
  };
}

/** At most three different ids. */
export function mergeIds({ ids = "" }: MergeSearch): string[] {
  return [...new Set(ids.split(",").filter((id) => id !== ""))].slice(0, 3);
}
