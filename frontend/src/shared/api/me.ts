import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { answer, api } from "./client";
import type { Me } from "./types";

/** The signed-in person, the office and the preferences. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: () => answer(api.GET("/api/me")),
});

/** The signed-in person. Only below the gate, which has read it before anything else renders. */
export function useMe(): Me {
  return useSuspenseQuery(meQuery).data;
}

/** True for administrators. What a seller may see is decided by the program; this only hides what would be refused. */
export function useIsAdmin(): boolean {
  return useMe().user.role === "admin";
}
