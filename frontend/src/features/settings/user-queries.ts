import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import type { PassedOn, User } from "@/shared/api/types";
import { usersQuery as everyoneQuery } from "@/shared/api/users";
import { type Said, undoable } from "@/shared/ui/undo-toast";

/** Everyone with an account, also those who left. Administrators only. */
export const usersQuery = queryOptions({ ...everyoneQuery, select: ({ items }) => items });

/** What may change of a person by another's hand. */
export type UserChange = {
  name?: string;
  role?: User["role"];
  active?: boolean;
  paused?: boolean;
  can_export?: boolean;
};

/** Someone new. */
export type NewUser = { login: string; name: string; role: User["role"]; password: string };

/** Reads the list again once a change is in. */
function useRefresh() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ["users"] });
}

export function useUserCreation() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: ({ message, ...body }: NewUser & { message: string }) =>
      undoable(() => answer(api.POST("/api/users", { body })), message),
    onSuccess: refresh,
  });
}

export function useUserChange() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: ({ id, change, message }: { id: string; change: UserChange; message: string }) =>
      undoable(
        () => answer(api.PATCH("/api/users/{id}", { params: { path: { id } }, body: change })),
        message,
      ),
    onSuccess: refresh,
  });
}

export function usePasswordReset() {
  return useMutation({
    mutationFn: ({ id, password }: { id: string; password: string }) =>
      answer(api.PUT("/api/users/{id}/password", { params: { path: { id } }, body: { password } })),
  });
}

/** How many people somebody has to look after. */
export const openProspectsQuery = (id: string) =>
  queryOptions({
    queryKey: ["users", id, "open"],
    queryFn: () => answer(api.GET("/api/users/{id}/prospects", { params: { path: { id } } })),
    staleTime: 0,
  });

/** To whom the open prospects of somebody go. */
export type PassOn = { owner_id: string; by_turn: boolean; reason: string };

export function usePassOn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, body, said }: { id: string; body: PassOn; said: Said<PassedOn> }) =>
      undoable(
        () => answer(api.POST("/api/users/{id}/prospects/pass-on", { params: { path: { id } }, body })),
        said,
      ),
    onSuccess: () => {
      for (const queryKey of [["users"], ["prospects"], ["inbox"]])
        void client.invalidateQueries({ queryKey });
    },
  });
}
