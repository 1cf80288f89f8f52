import { dayIn, idIn } from "@/shared/lib/address";
import type { View } from "./agenda-days";

/** What the agenda shows, held in the address: a day, how much around it, and whose. */
export type AgendaSearch = {
  /** `YYYY-MM-DD`; today when the address names none. */
  dia?: string;
  vista?: "dia";
  /** A user's id, or "none" for prospects without a seller; everybody's when the address names none. */
  vendedor?: string;
};

/** Keeps what this screen understands of an address and drops the rest. */
export function parseAgendaSearch(raw: Record<string, unknown>): AgendaSearch {
  const dia = dayIn(raw.dia);
  const vendedor = idIn(raw.vendedor);
  return {
    ...(dia === undefined ? {} : { dia }),
    ...(raw.vista === "dia" ? { vista: "dia" } : {}),
    ...(vendedor === undefined ? {} : { vendedor }),
  };
}

/** How much the address asks for. */
export function viewOf({ vista }: AgendaSearch): View {
  return vista === "dia" ? "day" : "week";
}
