import type { NoticeReply } from "./host";

/** A button that was pressed, read from what came from outside; `null` for what is none. */
export function toReply(action: unknown, reminderId: unknown): NoticeReply | null {
  if (typeof reminderId !== "string" || reminderId === "") return null;
  return action === "done" || action === "later" ? { action, reminderId } : null;
}
