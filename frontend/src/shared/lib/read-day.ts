const dayFirst = /^\s*(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})\s*$/;
const yearFirst = /^\s*(\d{4})-(\d{1,2})-(\d{1,2})\s*$/;

/** The day that somebody typed, day first or as `YYYY-MM-DD`; null for what is no day. */
export function readDay(text: string): string | null {
  const year = yearFirst.exec(text);
  const [, d = "", m = "", y = ""] =
    (year === null ? dayFirst.exec(text) : [year[0], year[3], year[2], year[1]]) ?? [];
  if (y === "") return null;
  const date = new Date(Number(y.length === 2 ? `20${y}` : y), Number(m) - 1, Number(d), 12);
  if (date.getMonth() !== Number(m) - 1 || date.getDate() !== Number(d)) return null;
  return [
    String(date.getFullYear()).padStart(4, "0"),
    String(date.getMonth() + 1).padStart(2, "0"),
    String(date.getDate()).padStart(2, "0"),
  ].join("-");
}
