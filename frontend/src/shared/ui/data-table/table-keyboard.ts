/** The row to go to after a key, from the active one (-1: none yet). `null`: the key is not the table's. */
export function nextRow(key: string, active: number, count: number, page: number): number | null {
  if (count === 0) return null;
  const clamp = (index: number) => Math.min(count - 1, Math.max(0, index));
  switch (key) {
    case "j":
    case "ArrowDown":
      return clamp(active + 1);
    case "k":
    case "ArrowUp":
      return active < 0 ? 0 : clamp(active - 1);
    case "PageDown":
      return clamp(active + page);
    case "PageUp":
      return clamp(active - page);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}
