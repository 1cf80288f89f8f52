import { answer, api } from "@/shared/api/client";
import { download } from "@/shared/api/download";
import type { ExportJob } from "@/shared/api/types";
import { host } from "@/shared/host/current";

/** Lists that can be taken away. */
export type ExportList =
  | "prospects"
  | "response"
  | "contacts"
  | "duplicates"
  | "activities"
  | "bin"
  | "history";

/** A column of a file: its key, what it is called, and the words of the codes in it. */
export type ExportColumn = { key: string; title: string; words?: Record<string, string> };

/** What is asked for. */
export type ExportAsk = {
  list: ExportList;
  form: "csv" | "xlsx";
  separator: string;
  reason: string;
  columns: ExportColumn[];
  filter: Record<string, string>;
};

/** Asks for an export; nothing is written yet. */
export function beginExport(ask: ExportAsk): Promise<ExportJob> {
  return answer(api.POST("/api/exports", { body: ask }));
}

/** How far it has come. */
export function exportState(id: string): Promise<ExportJob> {
  return answer(api.GET("/api/exports/{id}", { params: { path: { id } } }));
}

/** Stops it. */
export function cancelExport(id: string): Promise<ExportJob> {
  return answer(api.POST("/api/exports/{id}/cancel", { params: { path: { id } } }));
}

/**
 * Has the file written: in the window where the person says, which the program does by itself; in a browser it is read here and
 * handed over whole. An answer that breaks off throws, so half a file is never kept.
 */
export async function fetchExport(id: string, name: string, signal: AbortSignal): Promise<void> {
  if (host.surface === "window") {
    await answer(api.POST("/api/exports/{id}/save", { params: { path: { id } }, body: { name } }));
    return;
  }
  const bytes = await download(`/api/exports/${encodeURIComponent(id)}/file`, signal);
  await host.saveFile(name, bytes);
}

/** "prospectos 2026-11-29.xlsx": sorted by name is sorted by day. */
export function exportName(word: string, form: string, now: Date): string {
  const pad = (n: number) => String(n).padStart(2, "0");
  return `${word} ${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}.${form}`;
}

/** Whole per cent of the rows that are written; `null` when nobody knows how many there will be. */
export function exportPercent({ rows, left_out, total }: ExportJob): number | null {
  if (total <= 0) return null;
  return Math.min(100, Math.round(((rows + left_out) / total) * 100));
}

/** Texts of a filter: what the query of the list's own route holds. */
export function filterTexts(filter: Record<string, unknown>): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(filter)) {
    if (value !== undefined && value !== null && value !== "") texts[name] = String(value);
  }
  return texts;
}
