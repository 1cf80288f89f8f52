import type { MetaForm } from "@/shared/api/types";

/** Where an answer of a form may go. */
export const mappingTargets = [
  "name",
  "first_name",
  "last_name",
  "phone",
  "email",
  "city",
  "answer",
  "ignore",
] as const;

export type MappingTarget = (typeof mappingTargets)[number];

/** The target of each question; a question nobody mapped is kept as an answer. */
export function fullMapping({ questions, mapping }: MetaForm): Record<string, MappingTarget> {
  return Object.fromEntries(
    questions.map(({ key }) => {
      const target = mappingTargets.find((known) => known === mapping[key]);
      return [key, target ?? "answer"];
    }),
  );
}

/** The targets of `after` that `before` does not have: what was not touched stays the program's own choice. */
export function changedTargets(
  before: Record<string, MappingTarget>,
  after: Record<string, MappingTarget>,
): Record<string, MappingTarget> {
  return Object.fromEntries(Object.entries(after).filter(([key, target]) => before[key] !== target));
}

/** What a mapping lacks to make a prospect that can be called. */
export type MappingGap = "reach" | "name";

/** Without phone and e-mail nobody can be reached; without a name the list shows a number. */
export function mappingGaps(mapping: Record<string, MappingTarget>): MappingGap[] {
  const targets = new Set(Object.values(mapping));
  const gaps: MappingGap[] = [];
  if (!targets.has("phone") && !targets.has("email")) gaps.push("reach");
  if (!targets.has("name") && !targets.has("first_name")) gaps.push("name");
  return gaps;
}
