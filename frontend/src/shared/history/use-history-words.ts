import { useTranslation } from "react-i18next";
import type { HistoryField, HistoryLine } from "@/shared/api/types";
import { datedDay, parseDay } from "@/shared/lib/dates";
import { formatPhone } from "@/shared/lib/phones";
import { formatCount } from "@/shared/lib/text";
import { filterWords } from "./filter-words";
import { useFilterNames } from "./use-filter-names";

/** Fields whose codes the screens have words for, and the family of these. */
const coded: Record<string, string> = {
  status: "status",
  result: "result",
  kind: "kind",
  source: "source",
  origin: "origin",
  role: "role",
};

/** Fields that are either so or not. */
const switches = new Set([
  "active",
  "paused",
  "can_export",
  "archived",
  "opposition",
  "turns_paused",
  "shares_at_opening",
  "shared",
  "pinned",
  "is_organic",
]);

/** Weekdays in the order in which they are read. */
const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/** A text that holds JSON, read; undefined for any other text. */
function inner(text: string): unknown {
  if (!/^[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A line of history in words: what it is about, and each field from what to what. */
export function useHistoryWords() {
  const { t, i18n } = useTranslation("history");
  const { t: words } = useTranslation("words");
  const { t: turns } = useTranslation("turns");
  const { t: common } = useTranslation();
  const named = useFilterNames();
  const language = i18n.language === "en" ? "en" : "es-MX";

  const entity = (name: string): string =>
    i18n.exists(`entity.${name}`, { ns: "history" }) ? t(`entity.${name}` as never) : t("entity.other");
  const field = (name: string, of: string): string => {
    if (name === "raw") return entity(of);
    return i18n.exists(`field.${name}`, { ns: "history" }) ? t(`field.${name}` as never) : t("field.other");
  };

  /** "lun 09:00–14:00, 16:00–19:00 · mar cerrado". */
  const hours = (week: Record<string, readonly { from: string; to: string }[]>): string =>
    days
      .map((day) => {
        const open = (week[day] ?? []).map(({ from, to }) => `${from}–${to}`).join(", ");
        return `${turns(`day.${day}`).slice(0, 3).toLowerCase()} ${open === "" ? t("value.closed") : open}`;
      })
      .join(" · ");

  /** What a column with JSON in it says. */
  const structure = (name: string, held: unknown): string => {
    if (name === "hours") return hours(held as Parameters<typeof hours>[0]);
    if (name === "filter" || name === "query") return filterWords(held as Record<string, unknown>, named);
    if (Array.isArray(held) && held.length === 0) return t("value.none");
    if (name === "requires" && Array.isArray(held)) {
      return held
        .filter((one) => i18n.exists(`requirement.${one}`, { ns: "words" }))
        .map((one) => words(`requirement.${one}` as never))
        .join(", ");
    }
    return t("value.row");
  };

  const value = (name: string, { known, raw, name: called }: HistoryField["from"], of = ""): string => {
    if (!known) return t("value.unknown");
    if (called !== "") return called;
    if (raw === null || raw === undefined || raw === "") {
      return name === "temperature" ? common("temperature.none") : t("value.none");
    }
    // Of an export; nobody knows before it is over.
    if (name === "rows" && typeof raw === "number") return raw < 0 ? t("value.pending") : formatCount(raw);
    if (typeof raw === "object") return structure(name, raw);
    if (switches.has(name)) return t(raw === 1 || raw === true ? "value.yes" : "value.no");
    const text = String(raw);
    const held = inner(text);
    if (held !== undefined) return structure(name, held);
    const code = of === "contact_merge" && name === "state" ? "merge" : name;
    if (i18n.exists(`coded.${code}.${text}`, { ns: "history" })) return t(`coded.${code}.${text}` as never);
    if (name === "day") return datedDay(parseDay(text), language, false);
    if (name === "temperature") return common(`temperature.${text}` as never);
    const family = coded[name];
    if (family !== undefined && i18n.exists(`${family}.${text}`, { ns: "words" })) {
      return words(`${family}.${text}` as never);
    }
    if (of === "export" && name === "state" && i18n.exists(`state.${text}`, { ns: "history" })) {
      return t(`state.${text}` as never);
    }
    if (name === "list" && i18n.exists(`audit.list.${text}`, { ns: "history" })) {
      return t(`audit.list.${text}` as never);
    }
    if (name === "raw") return formatPhone(text);
    if (name.endsWith("_at")) return datedDay(new Date(text), language, true);
    if (name.endsWith("_on")) return datedDay(parseDay(text), language, false);
    return text;
  };

  const action = (code: string): string => {
    if (i18n.exists(`action.${code}`, { ns: "history" })) return t(`action.${code}` as never);
    const group = code.split(".")[0] ?? "";
    return i18n.exists(`action.group.${group}`, { ns: "history" })
      ? t(`action.group.${group}` as never)
      : t("action.group.other");
  };

  /** What happened, in a few words. */
  const title = (line: HistoryLine): string => {
    if (line.source === "audit") return action(line.action);
    const kind = line.entity === "activity" && line.kind !== "" ? words(`kind.${line.kind}` as never) : "";
    const what = kind === "" ? entity(line.entity) : kind;
    if (line.change === "changed") return field(line.fields[0]?.name ?? "", line.entity);
    return t(`did.${line.change === "" ? "changed" : line.change}`, { what });
  };

  /** Which row it is about, where the title does not say it. */
  const subject = (line: HistoryLine): string => {
    if (line.source === "audit") return line.subject_name === line.user_name ? "" : line.subject_name;
    if (line.entity === "contact_phone") return formatPhone(line.subject);
    if (line.entity === "export") {
      // A new one tells its list among what it holds.
      return line.change === "changed" && i18n.exists(`audit.list.${line.subject}`, { ns: "history" })
        ? t(`audit.list.${line.subject}` as never)
        : "";
    }
    if (line.entity === "prospect" || (line.entity === "contact" && line.prospect_name !== "")) return "";
    return line.subject;
  };

  /** What an audit line says beside who and what. */
  const detail = ({ action: code, detail: data }: HistoryLine): string => {
    if (!code.startsWith("export.") && !code.startsWith("import.")) return "";
    const parts: string[] = [];
    const { list, rows, left_out: left, reason } = data as Record<string, unknown>;
    if (typeof list === "string" && i18n.exists(`audit.list.${list}`, { ns: "history" })) {
      parts.push(t(`audit.list.${list}` as never));
    }
    if (typeof rows === "number" && rows >= 0)
      parts.push(t("audit.rows", { count: rows, n: formatCount(rows) }));
    if (typeof left === "number" && left > 0)
      parts.push(t("audit.leftOut", { count: left, n: formatCount(left) }));
    if (typeof reason === "string" && reason !== "") parts.push(t("audit.reason", { reason }));
    return parts.join(" · ");
  };

  return { entity, field, value, action, title, subject, detail };
}
