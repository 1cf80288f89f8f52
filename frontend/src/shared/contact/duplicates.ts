import { queryOptions, useQuery } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import type { DuplicatePair } from "@/shared/api/types";

/** With whom a contact may be one. */
export const duplicatesOfQuery = (id: string) =>
  queryOptions({
    queryKey: ["contacts", "duplicates-of", id],
    queryFn: () => answer(api.GET("/api/contacts/{id}/duplicates", { params: { path: { id } } })),
    select: ({ items }) => items,
  });

/** As many as are compared side by side with one. */
const most = 2;

/** The people who may be one with this contact, the likeliest first. */
export function useTwins(contactId: string, enabled = true): DuplicatePair["contacts"] {
  const pairs = useQuery({ ...duplicatesOfQuery(contactId), enabled }).data ?? [];
  return pairs.flatMap(({ contacts }) => contacts.filter(({ id }) => id !== contactId)).slice(0, most);
}

/** The address in which a contact and others are compared. */
export function comparison(contactId: string, others: readonly { id: string }[]): { ids: string } {
  return { ids: [contactId, ...others.map(({ id }) => id)].join(",") };
}
