import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "./client";

/** The forms and campaigns that the list can be narrowed to. */
export const originsQuery = queryOptions({
  queryKey: ["prospects", "origins"],
  queryFn: () => answer(api.GET("/api/prospects/origins")),
  staleTime: 60_000,
});
