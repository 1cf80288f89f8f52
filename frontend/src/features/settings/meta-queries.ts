import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import type { Meta } from "@/shared/api/types";

/** The connection with Meta: what was checked, pages and forms. Administrators only. */
export const metaQuery = queryOptions({
  queryKey: ["meta"],
  queryFn: () => answer(api.GET("/api/meta")),
});

/** What a connection is made of. Empty `base_url` and `version` mean Meta's own. */
export type Connection = {
  app_id: string;
  app_secret: string;
  token: string;
  base_url?: string;
  version?: string;
};

/** A mutation that answers with the whole connection as it is now. */
function useMetaAnswer<Input>(run: (input: Input) => Promise<Meta>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: (meta) => {
      client.setQueryData(metaQuery.queryKey, meta);
      void client.invalidateQueries({ queryKey: ["health"] });
    },
  });
}

/** A mutation after which the connection has to be read again. */
function useMetaChange<Input, Result>(run: (input: Input) => Promise<Result>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["meta"] });
      void client.invalidateQueries({ queryKey: ["health"] });
    },
  });
}

export function useConnect() {
  return useMetaAnswer((body: Connection) => answer(api.PUT("/api/meta/connection", { body })));
}

export function useDisconnect() {
  return useMetaChange(() => answer(api.DELETE("/api/meta/connection")));
}

export function useCheck() {
  return useMetaAnswer(() => answer(api.POST("/api/meta/check")));
}

/** Looks for pages and forms again. */
export function useDiscovery() {
  return useMetaAnswer(() => answer(api.POST("/api/meta/discover")));
}

export function usePageProbe() {
  return useMetaChange((id: string) => answer(api.POST("/api/meta/pages", { body: { id } })));
}

export function usePageChange() {
  return useMetaChange(({ id, active }: { id: string; active: boolean }) =>
    answer(api.PATCH("/api/meta/pages/{id}", { params: { path: { id } }, body: { active } })),
  );
}

export type FormChange = { id: string; active?: boolean; mapping?: Record<string, string> };

export function useFormChange() {
  return useMetaChange(({ id, ...change }: FormChange) =>
    answer(api.PATCH("/api/meta/forms/{id}", { params: { path: { id } }, body: change })),
  );
}

/** Asks Meta for a form's leads now. */
export function useFormPull() {
  return useMetaChange((id: string) =>
    answer(api.POST("/api/meta/forms/{id}/pull", { params: { path: { id } } })),
  );
}
