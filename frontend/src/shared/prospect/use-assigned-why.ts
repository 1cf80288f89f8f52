import { useTranslation } from "react-i18next";
import type { Prospect } from "@/shared/api/types";

type Why = Prospect["assigned_why"];

const rules = ["turn", "owner", "fixed", "manual", "late"] as const;
type Rule = (typeof rules)[number];

const isRule = (rule: string): rule is Rule => (rules as readonly string[]).includes(rule);

/**
 * Why a prospect is with its seller, or with nobody, in words: `reason` alone, as it follows "why me:", and whether it stands as a
 * sentence of its own. `null` for what this version does not know.
 */
export function useAssignedWhy(): (why: Why) => { reason: string; isSentence: boolean } | null {
  const { t } = useTranslation("prospects");
  return ({ rule, turn, of, by, reason, minutes, rule_name: name }) => {
    if (rule === "wait") return { reason: t("why.wait"), isSentence: true };
    if (rule === "tray") {
      if (reason !== "")
        return { reason: t(`why.trayReason.${reason}` as "why.trayReason.had"), isSentence: true };
      return { reason: t(by === "" ? "why.tray" : "why.trayBy"), isSentence: true };
    }
    if (!isRule(rule)) return null;
    const key = rule === "turn" && name !== "" ? "why.turnRule" : (`why.${rule}` as const);
    return { reason: t(key, { turn, of, name, minutes }), isSentence: false };
  };
}
