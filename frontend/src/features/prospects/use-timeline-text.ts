import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useIsAdmin, useMe } from "@/shared/api/me";
import type { TimelineItem } from "@/shared/api/types";
import { usersQuery } from "@/shared/api/users";
import { useVocabulary } from "@/shared/api/vocabulary";
import { type Language, parseDay, relativeDate } from "@/shared/lib/dates";
import { formatPhone } from "@/shared/lib/phones";
import { useWord } from "@/shared/prospect/use-word";
import { datum, enquiryWords, isPlanned, number } from "./timeline-lines";

/** One line of the timeline in words; `detail` is what was written with it. */
export type TimelineText = { title: string; detail: string };

/** Names by user id, as far as this viewer may know them. */
function useNames(): (id: string) => string {
  const { t } = useTranslation("prospects");
  const { user } = useMe();
  const isAdmin = useIsAdmin();
  const users = useQuery({ ...usersQuery, enabled: isAdmin }).data?.items ?? [];
  return (id) => {
    if (id === "") return t("seller.none");
    return [user, ...users].find((known) => known.id === id)?.name ?? t("seller.other");
  };
}

/** Puts activities, events and forms into words. */
export function useTimelineText(): (item: TimelineItem) => TimelineText {
  const { t } = useTranslation("prospects");
  const { t: common, i18n } = useTranslation();
  const { t: board } = useTranslation("board");
  const word = useWord();
  const language: Language = i18n.language === "en" ? "en" : "es-MX";
  const words = {
    today: common("day.today"),
    tomorrow: common("day.tomorrow"),
    yesterday: common("day.yesterday"),
  };
  /** An instant or a date as a person reads it; what had none is a dash. */
  const when = (text: string) => {
    if (text === "") return "–";
    const hasTime = text.includes("T");
    const at = hasTime ? new Date(text) : parseDay(text);
    return relativeDate(at, new Date(), words, language, hasTime);
  };
  const vocabulary = useVocabulary();
  const nameOf = useNames();
  const stage = (id: string) =>
    [...(vocabulary?.stages ?? []), ...(vocabulary?.retired ?? [])].find((known) => known.id === id)?.name ??
    t("line.noStage");
  const reason = (id: string) =>
    [...(vocabulary?.reasons ?? []), ...(vocabulary?.retired ?? [])].find((known) => known.id === id)?.name ??
    "";
  const temperature = (code: string) =>
    code === "cold" || code === "warm" || code === "hot"
      ? common(`temperature.${code}`)
      : common("temperature.none");

  const activity = (item: TimelineItem): TimelineText => {
    const kind = word("kind", item.kind);
    const result = word("result", item.result);
    const title = isPlanned(item) ? t("line.planned", { kind }) : [kind, result].filter(Boolean).join(": ");
    return { title, detail: item.body };
  };
  const event = (item: TimelineItem): TimelineText => {
    const form = datum(item, "form_name");
    switch (item.kind) {
      case "registered":
        if (datum(item, "rule") !== "") return { title: assigned(item), detail: "" };
        return { title: t("line.registered"), detail: form || word("source", datum(item, "source")) };
      case "enquired_again":
        return { title: t("line.again"), detail: form };
      case "reopened":
        return { title: t("line.reopened"), detail: reason(datum(item, "reason_id")) };
      case "assigned":
        return { title: assigned(item), detail: datum(item, "reason") || datum(item, "rule_name") };
      case "late": {
        const name = nameOf(datum(item, "owner"));
        return { title: t("line.late", { name, minutes: number(item, "minutes") }), detail: "" };
      }
      case "stage":
        return {
          title: t("line.stage", { from: stage(datum(item, "from")), to: stage(datum(item, "to")) }),
          detail: datum(item, "why") === "archived" ? board("line.archived") : datum(item, "reason"),
        };
      case "status":
        return {
          title: t("line.status", { to: word("status", datum(item, "to")) }),
          detail: reason(datum(item, "reason_id")),
        };
      case "temperature":
        return { title: t("line.temperature", { to: temperature(datum(item, "to")) }), detail: "" };
      case "opposition":
        return { title: t("line.opposition"), detail: "" };
      case "opposition_lifted":
        return { title: board("line.opposition_lifted"), detail: datum(item, "reason") };
      case "test_lead":
        return { title: t("line.test_lead"), detail: "" };
      case "merged":
        return { title: t("line.merged", { count: number(item, "contacts") }), detail: "" };
      case "parted":
        return { title: t("line.parted"), detail: "" };
      case "rescheduled":
        return {
          title: t("line.rescheduled"),
          detail: `${when(datum(item, "from"))} → ${when(datum(item, "to"))}`,
        };
      case "contact":
        return edited(item);
      default:
        return { title: t("line.changed"), detail: "" };
    }
  };
  /** What was edited of the person, from what to what. */
  const edited = (item: TimelineItem): TimelineText => {
    const part = datum(item, "part");
    if (part !== "name" && part !== "city" && part !== "phone" && part !== "email") {
      return { title: t("line.changed"), detail: "" };
    }
    const said = (name: string) => {
      const text = datum(item, name);
      return part === "phone" && text !== "" ? formatPhone(text) : text;
    };
    const did = datum(item, "did");
    if (did === "added") return { title: t(`line.contact.${part}.added`), detail: said("to") };
    if (did === "removed") return { title: t(`line.contact.${part}.removed`), detail: said("from") };
    return {
      title: t(`line.contact.${part}.changed`),
      detail: `${said("from") || "–"} → ${said("to") || "–"}`,
    };
  };
  const assigned = (item: TimelineItem) => {
    const to = datum(item, "to");
    const name = nameOf(to);
    if (datum(item, "rule") === "wait") return t("line.waits");
    if (to === "") return t(item.author_id === "" ? "line.tray" : "line.toTray");
    if (datum(item, "rule") === "late") return t("line.passedOn", { name, minutes: number(item, "minutes") });
    if (datum(item, "rule") !== "turn") return t("line.assigned", { name });
    return t("line.byTurn", { name, turn: number(item, "turn"), of: number(item, "of") });
  };
  return (item) => {
    if (item.type === "activity") return activity(item);
    if (item.type === "event") return event(item);
    return { title: t(enquiryWords(item.kind)), detail: datum(item, "form_name").trim() };
  };
}
