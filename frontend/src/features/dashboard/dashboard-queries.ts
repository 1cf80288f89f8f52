import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import type { DashboardSearch } from "./dashboard-search";

/** How often ages are counted anew while nothing else happens, in milliseconds. */
const ageing = 30_000;

/** The numbers of a period. Those of the period before stay on screen meanwhile. */
export const dashboardQuery = (search: DashboardSearch) =>
  queryOptions({
    queryKey: ["dashboard", search],
    queryFn: () => answer(api.GET("/api/dashboard", { params: { query: search } })),
    placeholderData: keepPreviousData,
    refetchInterval: ageing,
  });

/** How soon the leads of a period were responded to. */
export const responseQuery = (search: DashboardSearch) =>
  queryOptions({
    queryKey: ["dashboard", "response", search],
    queryFn: () => answer(api.GET("/api/response", { params: { query: search } })),
    placeholderData: keepPreviousData,
    refetchInterval: ageing,
  });

/** Everyone with an account, for the choice of a seller. */
export const sellersQuery = queryOptions({
  queryKey: ["users"],
  queryFn: () => answer(api.GET("/api/users")),
});
