import type { SyncStatus } from "@/shared/api/types";
import { fullDate, type Language } from "@/shared/lib/dates";

/** How loud a state is: nothing to do, worth a look, or in the way. */
export type SyncLevel = "quiet" | "warn" | "bad";

/** A state as a key of the "sync" texts with what it names. */
export type SyncSentence = { key: string; args: Record<string, string | number>; level: SyncLevel };

/** "10:42" today, else day and time. */
function since(at: string, now: Date, language: Language): string {
  const date = new Date(at);
  const time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  if (date.toDateString() === now.toDateString()) return time.format(date);
  const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short" }).format(date);
  return `${day.replace(/[.,]/g, "")} ${time.format(date)}`;
}

/** Whole percents of what a computer has received; never 100 before the end. */
export function percent({ done, total }: { done: number; total: number }): number {
  return total <= 0 ? 0 : Math.min(99, Math.floor((100 * done) / total));
}

/** Clocks that differ by more than this many ms are worth a word. */
const skewWorthAWord = 120_000;

/** By how many minutes this computer's clock is behind the host's; negative when it is ahead, 0 when that is not worth a word. */
export function minutesBehind({ clock_skew_ms }: SyncStatus): number {
  return Math.abs(clock_skew_ms) > skewWorthAWord ? Math.round(clock_skew_ms / 60_000) : 0;
}

/** Whether this computer's copy cannot be read in part, and there is something to be done about that. */
function isDamaged({ role, state, damaged }: SyncStatus): boolean {
  return role === "member" && damaged && state !== "locked" && state !== "wiped";
}

/** What a person can do about a state, or what it means, as a key of the "sync" texts. */
export function adviceKey(status: SyncStatus): string {
  const { role, state, problem } = status;
  if (role === "host") return state === "stopped" ? "advice.superseded" : "advice.host";
  if (isDamaged(status)) return status.pending + status.held > 0 ? "advice.damagedPending" : "advice.damaged";
  if (state === "offline") return problem === "firewall" ? "advice.firewall" : "advice.offline";
  if (state === "stopped") {
    const known = ["unknown_device", "user_inactive", "superseded_host", "not_host"];
    return known.includes(problem) ? `advice.${problem}` : "advice.stopped";
  }
  if (status.path === "relay" && problem === "firewall") return "advice.firewallRelay";
  if (state === "up_to_date" && minutesBehind(status) !== 0) return "advice.clock";
  return `advice.${state}`;
}

/** What the status line says; null where an office is one computer and there is nothing to say. */
export function syncSentence(status: SyncStatus, now: Date, language: Language): SyncSentence | null {
  const say = (key: string, level: SyncLevel, args: SyncSentence["args"] = {}) => ({ key, level, args });
  const unsaid = status.pending + status.held;
  const relayed = status.path === "relay";
  if (status.role === "host") {
    if (status.state === "stopped") return say("line.superseded", "bad");
    return status.members === 0 ? null : say("line.connected", "quiet", { count: status.connected });
  }
  if (isDamaged(status)) return say("line.damaged", "bad");
  switch (status.state) {
    case "receiving":
      return status.progress === undefined
        ? say("line.receiving", "quiet")
        : say("line.receivingPart", "quiet", { percent: percent(status.progress) });
    case "offline":
      return status.since === undefined
        ? say("line.offline", "warn")
        : say("line.offlineSince", "warn", { time: since(status.since, now, language) });
    case "sending":
      return say(relayed ? "line.sendingRelay" : "line.sending", "quiet", { count: unsaid });
    case "up_to_date":
      if (unsaid > 0) return say("line.held", "warn", { count: unsaid });
      if (minutesBehind(status) !== 0)
        return say("line.clock", "warn", { count: Math.abs(minutesBehind(status)) });
      return say(relayed ? "line.upToDateRelay" : "line.upToDate", "quiet");
    case "locked":
      return say("line.locked", "bad");
    case "update_needed":
      return say("line.update", "bad");
    default:
      return say("line.stopped", "bad");
  }
}

/** An instant in full, for the details. */
export function inFull(at: string, language: Language): string {
  return fullDate(new Date(at), language, true);
}
