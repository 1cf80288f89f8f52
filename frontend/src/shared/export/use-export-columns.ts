import { useTranslation } from "react-i18next";
import { historyChanges } from "@/shared/history/history-queries";
import type { ExportColumn, ExportList } from "./export-run";

/** Columns of each list in the order of its file; the keys are the program's. */
const columnKeys = {
  prospects: [
    "name",
    "phone",
    "email",
    "city",
    "stage",
    "status",
    "temperature",
    "seller",
    "next_at",
    "next_kind",
    "last_activity_at",
    "source",
    "form",
    "campaign",
    "lead_at",
    "received_at",
    "attended_at",
    "tags",
    "reason",
    "created_at",
  ],
  response: [
    "name",
    "phone",
    "seller",
    "form",
    "campaign",
    "status",
    "lead_at",
    "received_at",
    "attended_at",
    "minutes_lead",
    "minutes_lead_hours",
    "minutes_receipt",
    "minutes_receipt_hours",
  ],
  contacts: ["name", "phone", "email", "city", "prospects", "seller", "created_at"],
  duplicates: [
    "name",
    "phone",
    "email",
    "seller",
    "other_name",
    "other_phone",
    "other_email",
    "other_seller",
    "reasons",
  ],
  activities: [
    "when",
    "minutes",
    "kind",
    "result",
    "name",
    "phone",
    "body",
    "author",
    "seller",
    "done_at",
    "created_at",
  ],
  bin: ["name", "phone", "seller", "deleted_at", "deleted_by", "purged_at"],
  history: [
    "at",
    "user",
    "entity",
    "subject",
    "change",
    "field",
    "from",
    "to",
    "prospect",
    "outcome",
    "made_at",
  ],
} as const satisfies Record<ExportList, readonly string[]>;

/** Which family of words the codes of a column belong to. */
const families: Record<string, string> = {
  status: "status",
  kind: "kind",
  next_kind: "kind",
  result: "result",
  source: "source",
};

/** The columns of a list's file in the words of the screen. */
export function useExportColumns(list: ExportList): ExportColumn[] {
  const { t, i18n } = useTranslation("export");
  const tree = (ns: string, path: string): Record<string, string> => {
    const found: unknown = path
      .split(".")
      .reduce<unknown>(
        (node, part) =>
          typeof node === "object" && node !== null ? (node as Record<string, unknown>)[part] : undefined,
        i18n.getResourceBundle(i18n.language, ns) ?? i18n.getResourceBundle("es-MX", ns),
      );
    const flat: Record<string, string> = {};
    const walk = (node: unknown, prefix: string) => {
      if (typeof node === "string") flat[prefix] = node;
      else if (typeof node === "object" && node !== null) {
        for (const [key, inner] of Object.entries(node))
          walk(inner, prefix === "" ? key : `${prefix}.${key}`);
      }
    };
    walk(found, "");
    return flat;
  };
  const wordsOf = (key: string): Record<string, string> | undefined => {
    const family = families[key];
    if (family !== undefined) return tree("words", family);
    switch (key) {
      case "temperature":
        return tree("common", "temperature");
      case "entity":
        return { ...tree("history", "entity"), ...tree("history", "action") };
      case "subject":
        return tree("history", "audit.list");
      case "field":
        return tree("history", "field");
      case "change":
        return Object.fromEntries(
          historyChanges.map((code) => [code, i18n.t(`history:change.${code}` as never) as string]),
        );
      case "from":
      case "to":
        return {
          ...tree("words", "status"),
          ...tree("words", "result"),
          ...tree("common", "temperature"),
          ...tree("history", "state"),
          ...tree("history", "audit.list"),
          not_yet_known: i18n.t("history:value.pending"),
        };
      case "reasons":
        return tree("export", "duplicate");
      case "outcome":
        return tree("export", "outcome");
    }
    return undefined;
  };
  return columnKeys[list].map((key) => {
    const words = wordsOf(key);
    return { key, title: t(`column.${key}`), ...(words === undefined ? {} : { words }) };
  });
}
