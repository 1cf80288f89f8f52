import { currentLanguage, i18n } from "@/locales/i18n";
import { datedDay, parseDay } from "@/shared/lib/dates";

/** What the ids of a filter stand for; a name that is missing leaves the filter's own. */
export type FilterNames = Partial<Record<string, readonly { id: string; name: string }[]>>;

/** Only orders a list and keeps nobody out of it. */
const order = "sort";

/** The same stretch said once more, as instants. */
const instants: Record<string, string> = { from_at: "from", to_at: "to" };

/** Codes that have words elsewhere, and where. */
const families: Record<string, string> = {
  status: "words:status",
  source: "words:source",
  temperature: "common:temperature",
  age: "prospects:facet.step",
  answered: "prospects:facet.step",
  clock: "dashboard:response.clock",
  period: "dashboard:period",
  what: "history:what",
  change: "history:change",
};

/** What `open` of a list of prospects keeps. */
const kept: Record<string, string> = {
  true: "prospects:filter.active",
  false: "prospects:filter.ended",
  all: "prospects:filter.everyone",
};

const word = (key: string): string | undefined =>
  i18n.exists(key) ? (i18n.t(key as never) as string) : undefined;

/** A day, a day so long ago, or an instant; undefined for anything else. */
function dated(text: string): string | undefined {
  const ago = /^-(\d{1,4})d$/.exec(text)?.[1];
  if (ago === "0") return i18n.t("history:narrowed.today");
  if (ago !== undefined) return i18n.t("history:narrowed.ago", { count: Number(ago) });
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return datedDay(parseDay(text), currentLanguage(), false);
  if (/^\d{4}-\d{2}-\d{2}T/.test(text)) return datedDay(new Date(text), currentLanguage(), true);
  return undefined;
}

/** What a filter keeps to, in words; undefined where its name says it all or nothing more is known. */
function heldIn(name: string, text: string, names: FilterNames): string | undefined {
  if (name === "open") return word(kept[text] ?? "");
  if (text === "true" || text === "*") return undefined;
  if (text === "false") return word("history:value.no");
  const family = families[name];
  if (family !== undefined) return word(`${family}.${text}`);
  if (text === "none") return word("history:narrowed.none");
  if (name === "user" && text === "program") return word("common:program");
  return names[name]?.find(({ id }) => id === text)?.name || dated(text);
}

/** A list's filter in words: "Vendedor «Ana Ruiz», Sin atender". */
export function filterWords(filter: Readonly<Record<string, unknown>>, names: FilterNames): string {
  const parts = Object.entries(filter)
    .filter(([name, value]) => name !== order && value !== "" && value !== null && value !== undefined)
    .filter(([name]) => filter[instants[name] ?? ""] === undefined)
    .map(([name, value]) => {
      const called = word(`history:narrowed.name.${name}`) ?? i18n.t("history:field.other");
      const held = heldIn(name, String(value), names);
      return held === undefined ? called : i18n.t("history:narrowed.pair", { name: called, value: held });
    });
  return parts.length === 0 ? i18n.t("history:narrowed.all") : parts.join(", ");
}
