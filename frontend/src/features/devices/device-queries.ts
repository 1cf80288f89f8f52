import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";

/** The office's computers, whether they may connect, and how well the office is prepared. Administrators only. */
export const devicesQuery = queryOptions({
  queryKey: ["devices", "list"],
  queryFn: () => answer(api.GET("/api/devices")),
  refetchInterval: 20_000,
});

/** How often an open invitation is looked at, in ms: somebody stands at the other computer. */
const glance = 2000;

/** The last invitations. */
export const invitationsQuery = queryOptions({
  queryKey: ["devices", "invitations"],
  queryFn: () => answer(api.GET("/api/devices/invitations")),
  select: ({ items }) => items,
  refetchInterval: glance,
});

/** Backups and where their copies go. */
export const backupsQuery = queryOptions({
  queryKey: ["recovery"],
  queryFn: () => answer(api.GET("/api/recovery")),
});

/** The office's relay: computers can come through it where nobody listens on the network. */
export const relayOfOfficeQuery = queryOptions({
  queryKey: ["relay"],
  queryFn: () => answer(api.GET("/api/relay")),
});

/** Reads again what a change touches. Nobody waits for it: the answer may take away who asked. */
function useRefresh() {
  const client = useQueryClient();
  return () => {
    for (const family of ["devices", "recovery", "sync"]) {
      void client.invalidateQueries({ queryKey: [family] });
    }
  };
}

export function useNetwork() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (body: { enabled: boolean; port: number }) =>
      answer(api.PUT("/api/devices/network", { body })),
    onSettled: refresh,
  });
}

export function useInvitation() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (userId: string) =>
      answer(api.POST("/api/devices/invitations", { body: { user_id: userId } })),
    onSuccess: refresh,
  });
}

/** What an administrator can decide about an invitation. */
export type Decision = "admit" | "refuse" | "cancel";

export function useDecision() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: ({ id, decision }: { id: string; decision: Decision }) =>
      answer(api.POST(`/api/devices/invitations/{id}/${decision}`, { params: { path: { id } } })),
    onSettled: refresh,
  });
}

export function useRevocation() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (id: string) => answer(api.POST("/api/devices/{id}/revoke", { params: { path: { id } } })),
    onSuccess: refresh,
  });
}

export function useRecoveryCode() {
  const refresh = useRefresh();
  return {
    make: useMutation({ mutationFn: () => answer(api.POST("/api/recovery/code")) }),
    confirm: useMutation({
      mutationFn: (code: string) => answer(api.POST("/api/recovery/code/confirm", { body: { code } })),
      onSuccess: refresh,
    }),
  };
}

export function useBackup() {
  const refresh = useRefresh();
  return {
    now: useMutation({ mutationFn: () => answer(api.POST("/api/recovery/backup")), onSettled: refresh }),
    folder: useMutation({
      mutationFn: (path: string) => answer(api.PUT("/api/recovery/folder", { body: { path } })),
      onSuccess: refresh,
    }),
  };
}
