import type { InboxCard, OfficeNow } from "@/shared/api/types";

type Timed = Pick<InboxCard, "lead_at"> & { response: NonNullable<InboxCard["response"]> };

/**
 * The seconds of office hours for which somebody has waited by now, since the form was sent and since it was received: what
 * had passed when the row was read, and what the office has worked since, as far as is known: until it closes, or from when
 * it opens.
 */
export function officeWait(
  { lead_at, response }: Timed,
  office: OfficeNow,
  now: number,
): { lead: number; receipt: number } {
  const read = Date.parse(lead_at) + response.lead * 1000;
  const changes = office.changes_at === null ? Number.POSITIVE_INFINITY : Date.parse(office.changes_at);
  const worked = office.open ? Math.min(now, changes) - read : now - Math.max(changes, read);
  const since = Math.max(0, Math.floor(worked / 1000));
  return { lead: response.lead_hours + since, receipt: response.receipt_hours + since };
}
