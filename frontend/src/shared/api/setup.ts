import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "./client";

/** Whether an office exists here yet, and on what surface the page runs. Needs no session. */
export const setupQuery = queryOptions({
  queryKey: ["setup"],
  queryFn: () => answer(api.GET("/api/setup")),
});
