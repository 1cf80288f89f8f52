import { currentLanguage, i18n } from "@/locales/i18n";
import { type FaultArgs, toAppError } from "@/shared/api/app-error";
import { parseDay } from "@/shared/lib/dates";

/** Where sentences of fault codes are kept: the namespace and what stands before the code. */
const shelves = [
  { ns: "errors", prefix: "" },
  { ns: "meta", prefix: "errors." },
] as const;

/** What a stage asks for, as a person reads it: "Teléfono y Temperatura". */
function requirementList(codes: unknown[]): string {
  const words = codes.map(
    (code) => i18n.t(`requirement.${String(code)}` as never, { ns: "words" }) as string,
  );
  return new Intl.ListFormat(currentLanguage()).format(words);
}

/** Instants and days among the arguments, as a person reads them: "3 de mayo de 2026". */
function readableArgs(args: FaultArgs): FaultArgs {
  const format = new Intl.DateTimeFormat(currentLanguage(), {
    day: "numeric",
    month: "long",
    year: "numeric",
  });
  const readable = Object.entries(args).map(([name, value]) => {
    if (Array.isArray(value)) return [name, requirementList(value)];
    if (typeof value !== "string") return [name, value];
    if (/^\d{4}-\d\d-\d\d$/.test(value)) return [name, format.format(parseDay(value))];
    if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) return [name, format.format(new Date(value))];
    return [name, value];
  });
  return Object.fromEntries(readable);
}

/** The sentence for a fault code in the person's language; an unknown code reads as "internal". */
export function faultSentence(code: string, args: FaultArgs = {}): string {
  for (const { ns, prefix } of shelves) {
    const key = prefix + code;
    if (i18n.exists(key, { ns })) return String(i18n.t(key as never, { ns, ...readableArgs(args) } as never));
  }
  const known = /\.not_found$/.test(code) ? "not_found" : "internal";
  return i18n.t(known, { ns: "errors" });
}

/** The sentence for anything thrown. */
export function errorSentence(thrown: unknown): string {
  const { code, args } = toAppError(thrown);
  return faultSentence(code, args);
}

/** The sentence of a fault when it belongs to this input, else nothing: for the `error` of a field. */
export function fieldError(thrown: unknown, field: string): string | undefined {
  if (thrown === null || thrown === undefined) return undefined;
  return toAppError(thrown).field === field ? errorSentence(thrown) : undefined;
}

/** True when a fault belongs to none of these fields, and so needs a place of its own. */
export function isElsewhere(error: unknown, fields: readonly string[]): boolean {
  return error !== null && error !== undefined && !fields.includes(toAppError(error).field ?? "");
}
