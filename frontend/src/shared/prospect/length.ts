/** Kinds that two people come to, as against what one does alone. */
const meetings = new Set(["appointment", "visit", "video"]);

/** True for an appointment, a visit or a video call. */
export function isMeeting(kind: string): boolean {
  return meetings.has(kind);
}

/** How long something takes of which nobody has said it, in minutes. */
function usualLength(kind: string): number {
  return isMeeting(kind) ? 60 : 30;
}

/** How long something takes, in minutes: as somebody said, or as its kind usually does. */
export function lengthOf({ kind, minutes = null }: { kind: string; minutes?: number | null }): number {
  return minutes ?? usualLength(kind);
}

/** Lengths to choose from, in minutes. */
export const lengths = [15, 30, 45, 60, 90, 120, 180, 240, 480];

/** What the program keeps of a chosen length: nothing where it is the usual one, so that it stays the usual one. */
export function keptLength(kind: string, minutes: number): number {
  return minutes === usualLength(kind) ? 0 : minutes;
}

/** A length as people write it: "45 min", "1 h", "1 h 30 min". Both languages do it the same way. */
export function lengthWords(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return [hours > 0 ? `${hours} h` : "", rest > 0 || hours === 0 ? `${rest} min` : ""]
    .filter(Boolean)
    .join(" ");
}
