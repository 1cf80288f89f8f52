import type { MetaCheck } from "@/shared/api/types";
import type { SignalLevel } from "@/shared/ui/Signal";

/** Codes of the checks that have sentences in settings.json. Others are shown by their state alone. */
export const checkCodes = [
  "token_valid",
  "token_long_lived",
  "scope.pages_show_list",
  "scope.pages_read_engagement",
  "scope.leads_retrieval",
  "scope.pages_manage_ads",
  "scope.pages_manage_metadata",
  "scope.ads_management",
  "app_secret",
  "pages_found",
  "page_task",
  "lead_terms",
  "lead_access",
  "forms_found",
  "forms_readable",
] as const;

export type CheckCode = (typeof checkCodes)[number];

/** The code, when we have words for it. */
export function knownCheck(code: string): CheckCode | undefined {
  return checkCodes.find((known) => known === code);
}

/** How a check is drawn. */
export function checkLevel({ state }: MetaCheck): SignalLevel {
  return state === "missing" ? "bad" : state;
}

/** The checklist as it is read: what to fix first, then what could not be told, then what is in order. */
export type SortedChecks = { toFix: MetaCheck[]; unknown: MetaCheck[]; inOrder: MetaCheck[] };

/** Sorts by what asks for a hand, keeping the order of the checks, in which each one needs the ones before it. */
export function sortChecks(checks: readonly MetaCheck[]): SortedChecks {
  const of = (state: MetaCheck["state"]) => checks.filter((check) => check.state === state);
  return { toFix: [...of("missing"), ...of("warn")], unknown: of("unknown"), inOrder: of("ok") };
}
