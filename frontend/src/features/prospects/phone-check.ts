import { formatPhone } from "@/shared/lib/phones";

/** What can be told about a phone while it is typed. The program decides when it is saved. */
export type PhoneCheck =
  | { state: "empty" }
  | { state: "ok"; e164: string; national: string }
  | { state: "incomplete"; digits: number }
  | { state: "ambiguous" }
  | { state: "invalid" };

/** What may stand before ten national digits. Source: Mexico's numbering plan before and after August 2019. */
const prefixes = /^(?:521|52|044|045|01)?([2-9]\d{9})$/;

/** What people write beside a number to say which one it is, as in backend/crm/phone_label.go. */
const words =
  `(?:(?:n[uú]m(?:ero)?|tel[eé]?f?(?:ono|s)?|cel(?:ular)?|m[oó]vil|mobile|phone|cell|whats?(?:app)?|wapp|wsp|` +
  String.raw`casa|oficina|trabajo|personal|particular|fijo|recados|mi|de|del)\b[\s.:#-]*)+`;
const before = new RegExp(String.raw`^\s*(?:\([^\d()]{1,40}\)|${words})\s*`, "i");
const behind = new RegExp(String.raw`[\s,;.:-]*(?:\([^\d()]{1,40}\)|\b${words})[\s.]*$`, "i");
const extension = /[\s,;.(-]*\bext(?:ensi[oó]n)?[\s.:#]*\d{0,6}[)\s.]*$/i;

function withoutWords(text: string): string {
  let bare = text;
  for (let round = 0; round < 3; round++) bare = bare.replace(before, "").replace(behind, "");
  return bare.replace(extension, "").trim();
}

/** All digits equal, or each following the one before. */
function isKeyboardRun(digits: string): boolean {
  const steps = [...digits].slice(1).map((digit, index) => (Number(digit) - Number(digits[index]) + 10) % 10);
  return [0, 1, 9].some((step) => steps.every((each) => each === step));
}

/** Reads a Mexican number as people write it, or a foreign one behind its +. */
export function checkPhone(raw: string): PhoneCheck {
  const text = withoutWords(raw);
  const digits = text.replace(/\D/g, "");
  if (raw.trim() === "") return { state: "empty" };
  if (!/^[\d\s().+\-–/]*$/.test(text) || digits === "") return { state: "invalid" };
  const foreign = text.startsWith("+") && !digits.startsWith("52");
  if (foreign) return digits.length < 8 ? { state: "invalid" } : ok(`+${digits}`);
  const national = prefixes.exec(digits)?.[1];
  if (national !== undefined) return isKeyboardRun(national) ? { state: "invalid" } : ok(`+52${national}`);
  if (digits.length < 10) return { state: "incomplete", digits: digits.length };
  return digits.length === 11 && digits.startsWith("1") ? { state: "ambiguous" } : { state: "invalid" };
}

function ok(e164: string): PhoneCheck {
  return { state: "ok", e164, national: formatPhone(e164) };
}
