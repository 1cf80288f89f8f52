import type { TimelineItem } from "@/shared/api/types";

/** The text under a name in an event's data; "" when there is none. */
export function datum(item: TimelineItem, name: string): string {
  const value = item.data[name];
  return typeof value === "string" ? value : "";
}

/** A number in an event's data; 0 when there is none. */
export function number(item: TimelineItem, name: string): number {
  const value = item.data[name];
  return typeof value === "number" ? value : 0;
}

/** Events that say again what a line beside them shows better. */
function isEcho(item: TimelineItem, ids: ReadonlySet<string>): boolean {
  if (item.type !== "event") return false;
  if (item.kind === "attended") return true;
  const told = item.kind === "registered" || item.kind === "enquired_again";
  // One that also says whose turn it was has its own news.
  return told && datum(item, "rule") === "" && ids.has(datum(item, "submission_id"));
}

/** The lines worth reading, each thing told once. The next step, by its id, stands above the timeline already. */
export function timelineLines(items: readonly TimelineItem[], next?: string): TimelineItem[] {
  const ids = new Set(items.map(({ id }) => id));
  return items.filter((item) => item.id !== next && !isEcho(item, ids));
}

/** True for a step that is planned and not done. */
export function isPlanned({ type, done_at, due_at, due_on }: TimelineItem): boolean {
  return type === "activity" && done_at === null && (due_at !== null || due_on !== null);
}

/** How an enquiry came in, by its origin: the key of its words. */
export function enquiryWords(origin: string): "line.byHand" | "line.byFile" | "line.form" {
  if (origin === "manual") return "line.byHand";
  return origin === "file" ? "line.byFile" : "line.form";
}
