import { queryOptions, useQuery } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import type { Tag } from "@/shared/api/types";

/** The office's tags by name. */
export const tagsQuery = queryOptions({
  queryKey: ["tags"],
  queryFn: () => answer(api.GET("/api/tags")),
});

/** The colours that a tag may have, as backend/crm/tag.go lists them. */
export const tagColors = [
  "gray",
  "red",
  "orange",
  "yellow",
  "green",
  "teal",
  "blue",
  "violet",
  "pink",
] as const;

/** The tags, none in the instant before they are read. */
export function useTags(): Tag[] {
  return useQuery(tagsQuery).data?.items ?? [];
}
