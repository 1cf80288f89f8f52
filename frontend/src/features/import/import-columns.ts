import type { Import, ImportColumn } from "@/shared/api/types";

/** What a column of a file may be, in the order of the list; the groups are headings. */
export const targetGroups = {
  person: ["name", "first_name", "last_name", "phone", "email", "city"],
  form: ["answer", "lead_id", "created_time", "form_id", "form_name", "platform", "is_organic"],
  ad: ["campaign_id", "campaign_name", "adset_id", "adset_name", "ad_id", "ad_name"],
  none: ["ignore"],
} as const;

export type TargetGroup = keyof typeof targetGroups;
export type ImportTarget = (typeof targetGroups)[TargetGroup][number];

/** The groups in their order. */
export const groupNames = ["person", "form", "ad", "none"] as const satisfies readonly TargetGroup[];

/** Targets that only one column can have; a person may have several phones and many answers. */
const manyTimes = new Set<string>(["phone", "email", "answer", "ignore"]);

/** Columns that claim a target another column already has; by index, to be marked on screen. */
export function clashingColumns(columns: readonly ImportColumn[]): Set<number> {
  const clashing = new Set<number>();
  const first = new Map<string, number>();
  for (const { index, target } of columns) {
    if (manyTimes.has(target)) continue;
    const before = first.get(target);
    if (before === undefined) first.set(target, index);
    else clashing.add(before).add(index);
  }
  return clashing;
}

/** True when a row could be reached or recognised: some column is a phone, an e-mail or Meta's lead id. */
export function canReach(columns: readonly ImportColumn[]): boolean {
  return columns.some(({ target }) => target === "phone" || target === "email" || target === "lead_id");
}

/** How far a running import is, from 0 to 100. */
export function percentDone({ total, progress }: Pick<Import, "total" | "progress">): number {
  return total <= 0 ? 0 : Math.min(100, Math.floor((progress.done / total) * 100));
}

/** Name for the file of rows that stayed out: "leads.csv" gives "leads-errores.csv". */
export function errorFileName(name: string, suffix: string): string {
  return `${name.replace(/\.[^.]*$/, "")}-${suffix}.csv`;
}
