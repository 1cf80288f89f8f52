import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import { showError, undoable } from "@/shared/ui/undo-toast";

/** Stages and reasons as an administrator arranges them, archived ones at the end. */
export const pipelineQuery = queryOptions({
  queryKey: ["pipeline"],
  queryFn: () => answer(api.GET("/api/pipeline")),
});

/** One change of the office's words. */
export type PipelineChange = { send: () => Promise<{ tx_id: string }>; message: string };

/** Sends a change, offers to take it back, and has everything read again that shows these words. */
export function usePipelineChange() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ send, message }: PipelineChange) => undoable(send, message),
    onError: showError,
    onSettled: () => {
      for (const family of ["pipeline", "vocabulary", "prospects"]) {
        void client.invalidateQueries({ queryKey: [family] });
      }
    },
  });
}

const byId = (id: string) => ({ params: { path: { id } } });

/** The ways to change stages, and those to change reasons. */
export const wordCalls = {
  stages: {
    add: (name: string) => answer(api.POST("/api/stages", { body: { name } })),
    rename: (id: string, name: string) =>
      answer(api.PATCH("/api/stages/{id}", { ...byId(id), body: { name } })),
    order: (ids: string[]) => answer(api.PUT("/api/stages", { body: { ids } })),
    archive: (id: string, to = "") =>
      answer(api.POST("/api/stages/{id}/archive", { ...byId(id), body: { to } })),
    restore: (id: string) => answer(api.POST("/api/stages/{id}/restore", byId(id))),
    require: (id: string, requires: string[]) =>
      answer(api.PATCH("/api/stages/{id}", { ...byId(id), body: { requires } })),
  },
  reasons: {
    add: (name: string) => answer(api.POST("/api/reasons", { body: { name } })),
    rename: (id: string, name: string) =>
      answer(api.PATCH("/api/reasons/{id}", { ...byId(id), body: { name } })),
    order: (ids: string[]) => answer(api.PUT("/api/reasons", { body: { ids } })),
    archive: (id: string) => answer(api.POST("/api/reasons/{id}/archive", byId(id))),
    restore: (id: string) => answer(api.POST("/api/reasons/{id}/restore", byId(id))),
  },
} as const;
