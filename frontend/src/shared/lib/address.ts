import { isDay } from "./dates";

/** The longest id that the program takes. */
const longestId = 64;

/** What of an address is one of the words that a screen knows. */
export function wordIn<Word extends string>(known: readonly Word[], value: unknown): Word | undefined {
  return known.find((word) => word === value);
}

/** What of an address is a text. The router reads a bare number as such: a phone typed as a search is one. */
export function textIn(value: unknown): string | undefined {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && text !== "" ? text : undefined;
}

/** What of an address may be an id; whether there is such a thing is the program's to say. */
export function idIn(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && value.length <= longestId ? value : undefined;
}

/** What of an address is a day, `YYYY-MM-DD`. */
export function dayIn(value: unknown): string | undefined {
  return typeof value === "string" && isDay(value) ? value : undefined;
}
