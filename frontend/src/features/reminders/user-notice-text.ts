import { useTranslation } from "react-i18next";
import type { UserNotice } from "@/shared/api/types";
import { capitalised, formatCount } from "@/shared/lib/text";

/** What happened, in a sentence; `detail` is why, as somebody wrote it. */
export type UserNoticeText = { title: string; sentence: string; detail: string };

/** Puts notices into words. A prospect that its reader may no longer see is known by its form. */
export function useUserNoticeText(): (notice: UserNotice) => UserNoticeText {
  const { t } = useTranslation("reminders");
  const { t: common } = useTranslation();
  const text = ({ kind, ids, data, names, prospect_id, prospect_name }: UserNotice): UserNoticeText => {
    const count = ids.length;
    const what =
      count > 1
        ? t("told.many", { n: formatCount(count) })
        : prospect_id !== ""
          ? prospect_name || t("nameless")
          : data.form_name
            ? t("told.ofForm", { form: data.form_name })
            : t("told.one");
    const words = {
      what,
      minutes: data.minutes ?? 0,
      by: names.by || common("program"),
      from: names.from || t("told.somebody"),
      to: names.to || t("told.somebody"),
      seller: names.seller || t("told.somebody"),
    };
    const detail = data.by ? (data.reason ?? "") : "";
    const late = data.rule === "late" || !data.by;
    switch (kind) {
      case "given":
        if (data.rule === "turn")
          return { title: t("told.given"), sentence: t("told.givenTurn", words), detail };
        if (late) return { title: t("told.given"), sentence: t("told.givenLate", words), detail };
        return {
          title: t("told.given"),
          sentence: t(data.from ? "told.givenFrom" : "told.givenTray", words),
          detail,
        };
      case "taken":
        if (late)
          return {
            title: t("told.taken"),
            sentence: t(data.to ? "told.takenLate" : "told.takenLateTray", words),
            detail,
          };
        return {
          title: t("told.taken"),
          sentence: t(data.to ? "told.takenTo" : "told.takenTray", words),
          detail,
        };
      case "late":
        return { title: t("told.late"), sentence: t("told.lateSeller", words), detail };
      case "tray":
        return { title: t("told.tray"), sentence: t("told.trayFrom", words), detail };
      default:
        return { title: t("told.other"), sentence: what, detail };
    }
  };
  return (notice) => {
    const said = text(notice);
    return { ...said, sentence: capitalised(said.sentence) };
  };
}
