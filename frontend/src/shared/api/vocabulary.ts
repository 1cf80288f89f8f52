import { queryOptions, useQuery } from "@tanstack/react-query";
import { answer, api } from "./client";
import type { Vocabulary } from "./types";

/** The office's stages and reasons, and the codes of everything that has a fixed list. */
export const vocabularyQuery = queryOptions({
  queryKey: ["vocabulary"],
  queryFn: () => answer(api.GET("/api/vocabulary")),
});

/** The vocabulary, or `undefined` in the instant before it is read. */
export function useVocabulary(): Vocabulary | undefined {
  return useQuery(vocabularyQuery).data;
}
