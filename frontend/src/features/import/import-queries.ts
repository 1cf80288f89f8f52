import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import type { Import } from "@/shared/api/types";
import { host } from "@/shared/host/current";
import type { PickedFile } from "@/shared/host/host";

/** Earlier imports, newest first. Administrators only. */
export const importsQuery = queryOptions({
  queryKey: ["imports", "list"],
  queryFn: () => answer(api.GET("/api/imports")),
  select: ({ items }) => items,
});

/** How often a running import is looked at, in milliseconds, should a pushed event get lost. */
const glance = 1500;

/** One import: preview, progress or result. */
export function importQuery(id: string) {
  return queryOptions({
    queryKey: ["imports", "one", id],
    queryFn: () => answer(api.GET("/api/imports/{id}", { params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data?.state === "running" ? glance : false),
  });
}

/** A mutation that answers with the import as it is now. */
function useImportAnswer<Input>(run: (input: Input) => Promise<Import>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: (current) => {
      client.setQueryData(importQuery(current.id).queryKey, current);
      void client.invalidateQueries({ queryKey: importsQuery.queryKey });
    },
  });
}

/** Sends a file's bytes; what is in it comes back as a preview. */
export function useUpload() {
  return useImportAnswer(({ name, bytes }: PickedFile) =>
    answer(
      api.POST("/api/imports", {
        params: { query: { name } },
        headers: { "Content-Type": "application/octet-stream" },
        // The description has one type for bytes and text; the client sends an ArrayBuffer as it is.
        body: bytes as unknown as string,
      }),
    ),
  );
}

export type ImportChange = {
  id: string;
  columns?: Record<string, string>;
  day_first?: boolean;
  owner_id?: string;
};

/** Who can be given what is imported. */
export function useSellers() {
  const users =
    useQuery({ queryKey: ["users"], queryFn: () => answer(api.GET("/api/users")) }).data?.items ?? [];
  return users.filter(({ role, active }) => role === "seller" && active);
}

export function useImportChange() {
  return useImportAnswer(({ id, ...change }: ImportChange) =>
    answer(api.PATCH("/api/imports/{id}", { params: { path: { id } }, body: change })),
  );
}

export function useImportRun() {
  return useImportAnswer((id: string) =>
    answer(api.POST("/api/imports/{id}/run", { params: { path: { id } } })),
  );
}

export function useImportCancel() {
  return useImportAnswer((id: string) =>
    answer(api.POST("/api/imports/{id}/cancel", { params: { path: { id } } })),
  );
}

/** Keeps the rows that stayed out as a file in the same layout, to mend and import again. */
export function useErrorFile() {
  return useMutation({
    mutationFn: async ({ id, name }: { id: string; name: string }) => {
      const bytes = await answer(
        api.GET("/api/imports/{id}/errors.csv", { params: { path: { id } }, parseAs: "arrayBuffer" }),
      );
      await host.saveFile(name, new Uint8Array(bytes));
    },
  });
}
