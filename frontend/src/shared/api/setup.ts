import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "./client";

/** Whether an office exists here yet, and on what surface the page runs. Needs no session. */
export const setupQuery = queryOptions({
  queryKey: ["setup"],
  queryFn: () => answer(api.GET("/api/setup")),
});

/** How joining an office goes on, which nothing but asking tells. Needs no session. */
export const joinQuery = queryOptions({
  queryKey: ["setup", "join"],
  staleTime: 0,
  queryFn: () => answer(api.GET("/api/setup/join")),
});
