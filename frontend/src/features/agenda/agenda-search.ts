import { toDay } from "@/shared/lib/dates";
import type { View } from "./agenda-days";

/** What the agenda shows, held in the address: a day, how much around it, and whose. */
export type AgendaSearch = {
  /** `YYYY-MM-DD`; today when the address names none. */
  dia?: string;
  vista?: "dia";
  /** A user's id, or "none" for prospects without a seller; everybody's when the address names none. */
  vendedor?: string;
};

const date = /^\d{4}-\d{2}-\d{2}$/;

/** True for a day that the calendar has. */
function isDay(text: string): boolean {
  if (!date.test(text)) return false;
  const [year = 0, month = 1, day = 1] = text.split("-").map(Number);
  return year >= 1900 && year < 2200 && toDay(new Date(year, month - 1, day)) === text;
}

/** Keeps what this screen understands of an address and drops the rest. */
export function parseAgendaSearch({ dia, vista, vendedor }: Record<string, unknown>): AgendaSearch {
  return {
    ...(typeof dia === "string" && isDay(dia) ? { dia } : {}),
    ...(vista === "dia" ? { vista } : {}),
    ...(typeof vendedor === "string" && vendedor !== "" ? { vendedor: vendedor.slice(0, 64) } : {}),
  };
}

/** How much the address asks for. */
export function viewOf({ vista }: AgendaSearch): View {
  return vista === "dia" ? "day" : "week";
}
