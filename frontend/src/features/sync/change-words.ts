import { useTranslation } from "react-i18next";
import { currentLanguage } from "@/locales/i18n";
import type { Vocabulary } from "@/shared/api/types";
import { useVocabulary } from "@/shared/api/vocabulary";
import { fullDate, parseDay } from "@/shared/lib/dates";
import { formatPhone } from "@/shared/lib/phones";

/** A field of a list of changes: which table, which field, "" for a whole row. */
export type ChangedField = { entity: string; field: string };

/** What a code of a vocabulary is called. */
function named(vocabulary: Vocabulary | undefined, field: string, id: string): string | undefined {
  if (field === "stage_id") return vocabulary?.stages.find((stage) => stage.id === id)?.name;
  if (field === "reason_id") return vocabulary?.reasons.find((reason) => reason.id === id)?.name;
  return undefined;
}

/** Words for fields and values of changes: what the program stores, as the screens call it. */
export function useChangeWords() {
  const { t, i18n } = useTranslation("sync");
  const { t: words } = useTranslation("words");
  const { t: common } = useTranslation();
  const vocabulary = useVocabulary();
  const field = ({ entity, field: name }: ChangedField): string => {
    const key = name === "" ? `entity.${entity}` : `field.${name}`;
    return i18n.exists(key, { ns: "sync" }) ? (t(key as never) as string) : t("field.other");
  };
  const value = (name: string, raw: unknown): string => {
    if (raw === null || raw === undefined || raw === "") return t("value.none");
    if (typeof raw === "object") return t("value.row");
    if (name === "deleted") return t(raw === 1 || raw === true ? "value.deleted" : "value.kept");
    const text = String(raw);
    const word = named(vocabulary, name, text);
    if (word !== undefined) return word;
    if (name === "temperature") return common(`temperature.${text}` as never) as string;
    if (["status", "result"].includes(name) && i18n.exists(`${name}.${text}`, { ns: "words" })) {
      return words(`${name}.${text}` as never) as string;
    }
    if (name === "e164") return formatPhone(text);
    if (name.endsWith("_at")) return fullDate(new Date(text), currentLanguage(), true);
    if (name.endsWith("_on")) return fullDate(parseDay(text), currentLanguage(), false);
    return text;
  };
  const reason = (code: string): string =>
    i18n.exists(`reason.${code}`, { ns: "sync" })
      ? (t(`reason.${code}` as never) as string)
      : t("reason.other");
  return { field, value, reason };
}
