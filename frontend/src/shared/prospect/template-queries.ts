import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";

/** The office's templates and mine. */
export const templatesQuery = queryOptions({
  queryKey: ["templates", "list"],
  queryFn: () => answer(api.GET("/api/templates")),
});

/** What the variables stand for with this prospect. */
export const templateValuesQuery = (id: string) =>
  queryOptions({
    queryKey: ["template-values", id],
    queryFn: () => answer(api.GET("/api/prospects/{id}/template-values", { params: { path: { id } } })),
  });
