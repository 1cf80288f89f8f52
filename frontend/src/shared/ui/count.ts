import { i18n } from "@/locales/i18n";
import { formatCount } from "@/shared/lib/text";

/** Where the program stops counting; backend/crm has the same. */
export const mostCounted = {
  /** Rows of a list, of the inbox, of the tray, and of one seller. */
  rows: 10_000,
  /** Pairs who may be one person. */
  pairs: 1_000,
  /** Reminders of one reading. */
  reminders: 200,
};

/** A count that stops at `most`, as a mark beside a word: 10,000+. */
export function countMark(n: number, most: number): string {
  return n < most ? formatCount(n) : `${formatCount(most)}+`;
}

/** The same in a sentence, and for those who listen: "10,000 o más". */
export function countWords(n: number, most: number): string {
  return n < most ? formatCount(n) : i18n.t("orMore", { n: formatCount(most) });
}
