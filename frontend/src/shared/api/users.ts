import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "./client";

/** Everyone with an account. A seller is told only of themselves. */
export const usersQuery = queryOptions({
  queryKey: ["users"],
  queryFn: () => answer(api.GET("/api/users")),
});
