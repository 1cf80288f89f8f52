import { useQuery } from "@tanstack/react-query";
import { useIsAdmin } from "@/shared/api/me";
import { originsQuery } from "@/shared/api/origins";
import { usersQuery } from "@/shared/api/users";
import { useVocabulary } from "@/shared/api/vocabulary";
import { useTags } from "@/shared/tags/tag-queries";
import type { FilterNames } from "./filter-words";

/** What the ids of a noted filter stand for today, as far as the reader may know. */
export function useFilterNames(): FilterNames {
  const vocabulary = useVocabulary();
  const tag = useTags();
  const isAdmin = useIsAdmin();
  const users = useQuery({ ...usersQuery, enabled: isAdmin }).data?.items ?? [];
  const origins = useQuery(originsQuery).data;
  return {
    seller: users,
    user: users,
    tag,
    stage: vocabulary?.stages ?? [],
    reason: vocabulary?.reasons ?? [],
    form: origins?.forms ?? [],
    campaign: origins?.campaigns ?? [],
  };
}
