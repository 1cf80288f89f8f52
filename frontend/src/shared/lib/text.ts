/** Folds accents and case so that "García" is found by "garcia". Only for comparing, never for showing. */
export function fold(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .toLowerCase()
    .trim();
}

/** The words of a text as they are compared: without what stands between and around them, though an address keeps its own. */
function wordsOf(text: string): string[] {
  return fold(text)
    .split(/[^\p{L}\p{N}@.]+/u)
    .map((word) => word.replace(/^[@.]+|[@.]+$/g, ""))
    .filter((word) => word !== "");
}

/** True when every word of the query starts some word of the text: "llam mar" finds "Llamar a María", and so does "Llamar: mar". */
export function matchesWords(text: string, query: string): boolean {
  const words = wordsOf(text);
  return wordsOf(query).every((part) => words.some((word) => word.startsWith(part)));
}

/** The one or two letters of an avatar: first letter of the first and of the last word. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = words[0]?.[0] ?? "";
  const last = words.length > 1 ? (words[words.length - 1]?.[0] ?? "") : "";
  return (first + last).toLocaleUpperCase("es-MX");
}

const whole = new Intl.NumberFormat("es-MX", { maximumFractionDigits: 0 });

/** A whole number as Mexico writes it: 1,234. */
export function formatCount(n: number): string {
  return whole.format(n);
}

const units = ["B", "KB", "MB", "GB", "TB"] as const;

/** Bytes in the largest unit that keeps a whole part: 1.5 MB. Steps of 1,024. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 10 ? 0 : 1;
  const number = new Intl.NumberFormat("es-MX", { maximumFractionDigits: digits }).format(value);
  return `${number} ${units[unit]}`;
}

/** A run of text; `marked` when it holds letters that a wrong encoding would spoil (ñ, á, ü, ¿). */
export type TextRun = { text: string; marked: boolean };

/** Splits a cell so that the preview of a file can mark the letters outside ASCII. */
export function markAccents(text: string): TextRun[] {
  const runs: TextRun[] = [];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII itself
  for (const part of text.split(/([^\x00-\x7f]+)/)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII itself
    if (part !== "") runs.push({ text: part, marked: /[^\x00-\x7f]/.test(part) });
  }
  return runs;
}

/** An address in pieces between which a line may end: before the "@" and behind what joins words. */
export function addressPieces(address: string): string[] {
  return (address.match(/@?[^@._+-]*[._+-]*/g) ?? []).filter(Boolean);
}

/** A sentence with a capital at its beginning, whatever was put there. */
export function capitalised(sentence: string): string {
  const [first = "", ...rest] = sentence;
  return first.toLocaleUpperCase("es-MX") + rest.join("");
}
