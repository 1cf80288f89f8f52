import { idIn, textIn } from "@/shared/lib/address";

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
export function parseMergeSearch(raw: Record<string, unknown>): MergeSearch {
  const ids = mergeIds({ ids: textIn(raw.ids) ?? "" }).join(",");
  const peticion = idIn(raw.peticion);
  return { ...(ids === "" ? {} : { ids }), ...(peticion === undefined ? {} : { peticion }) };
}

/** At most three different ids. */
export function mergeIds({ ids = "" }: MergeSearch): string[] {
  const read = ids.split(",").map(idIn);
  return [...new Set(read.filter((id) => id !== undefined))].slice(0, 3);
}
