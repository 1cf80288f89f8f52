import { idIn } from "@/shared/lib/address";

/** Which import is on screen. */
export type ImportSearch = { archivo?: string };

/** Keeps what this screen understands of an address and drops the rest. */
export function parseImportSearch(raw: Record<string, unknown>): ImportSearch {
  const archivo = idIn(raw.archivo);
  return archivo === undefined ? {} : { archivo };
}
