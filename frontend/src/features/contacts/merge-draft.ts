import type { MergePreview } from "@/shared/api/types";

/** What a person has chosen so far; `seller` is "" while they have to choose one. */
export type MergeDraft = { survivor: string; nameOf: string; cityOf: string; seller: string };

/** Nobody's prospects change hands. */
export const sellersKeep = "each";

/** The oldest contact stays, with the first name and city that there are. */
export function firstDraft({ contacts }: MergePreview): MergeDraft {
  const survivor = contacts[0]?.id ?? "";
  return {
    survivor,
    nameOf: contacts.find(({ name }) => name !== "")?.id ?? survivor,
    cityOf: contacts.find(({ city }) => city !== "")?.id ?? survivor,
    seller: "",
  };
}

/** True while several sellers have open prospects and nobody has said whose they become. */
export function needsSeller({ sellers }: MergePreview, { seller }: MergeDraft): boolean {
  return sellers.length > 1 && seller === "";
}

/** The request of a merge: who stays comes first. */
export function mergeBody({ contacts }: MergePreview, { survivor, nameOf, cityOf, seller }: MergeDraft) {
  const others = contacts.map(({ id }) => id).filter((id) => id !== survivor);
  return {
    contacts: [survivor, ...others],
    name_of: nameOf,
    city_of: cityOf,
    ...(seller === "" ? {} : { seller }),
  };
}
