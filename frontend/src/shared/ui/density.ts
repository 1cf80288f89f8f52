import { useSyncExternalStore } from "react";

/** How tall list rows are. */
export type Density = "dense" | "roomy";

const heights: Record<Density, number> = { dense: 36, roomy: 44 };
let density: Density = "dense";
const listeners = new Set<() => void>();

/** Sets the density of every list, and of the style tokens that follow it. */
export function setDensity(next: Density): void {
  density = next;
  document.documentElement.dataset.density = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Height of one list row in pixels; equals the token --sg-row. */
export function useRowHeight(): number {
  return heights[useSyncExternalStore(subscribe, () => density)];
}
