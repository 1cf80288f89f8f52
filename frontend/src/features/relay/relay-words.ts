import type { RelayCheck, RelayState } from "@/shared/api/types";
import type { SignalLevel } from "@/shared/ui/Signal";

/** Why there is no link, as far as relay.json has a sentence for it. */
export const problemCodes = [
  "unreachable",
  "certificate",
  "no_relay",
  "no_host",
  "busy",
  "version",
  "proof",
  "admission",
  "superseded",
  "hook",
  "replaced",
  "draining",
  "protocol",
  "slow",
] as const;

export type ProblemCode = (typeof problemCodes)[number] | "other";

/** The problem's word; one of a later version is "other". */
export function problemWord(problem: string): ProblemCode {
  return problemCodes.find((known) => known === problem) ?? "other";
}

/** The steps between a form and the office, in the order in which each needs the ones before it. */
export const checkCodes = [
  "link",
  "app_subscription",
  "page_subscription",
  "lead_access",
  "app_live",
  "test_lead",
] as const;

export type CheckCode = (typeof checkCodes)[number];

/** The code, when we have words for it. */
export function knownCheck(code: string): CheckCode | undefined {
  return checkCodes.find((known) => known === code);
}

/** How a step is drawn. */
export function checkLevel({ state }: RelayCheck): SignalLevel {
  return state === "missing" ? "bad" : state;
}

/** How the link is drawn. */
export function stateLevel(state: RelayState["state"]): SignalLevel {
  if (state === "linked") return "ok";
  if (state === "refused" || state === "unprepared") return "bad";
  return state === "offline" ? "warn" : "unknown";
}

/** Every step, also before the first test: what nobody has looked at is unknown. */
export function allChecks(checks: readonly RelayCheck[]): RelayCheck[] {
  const missing = checkCodes.filter((code) => !checks.some((check) => check.code === code));
  const unseen = missing.map(
    (code): RelayCheck => ({ code, state: "unknown", page: "", problem: "", ms: 0 }),
  );
  const order = (code: string) => {
    const at = (checkCodes as readonly string[]).indexOf(code);
    return at < 0 ? checkCodes.length : at;
  };
  return [...checks, ...unseen].sort((a, b) => order(a.code) - order(b.code));
}

/** The paragraphs of a public text, as the relay makes them. */
export function paragraphs(text: string): string[] {
  return text
    .split(/\n\s*\n/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** Minutes by which two clocks differ, when that is worth a line. */
export function minutesOff(ms: number): number {
  const minutes = Math.round(Math.abs(ms) / 60_000);
  return minutes >= 2 ? minutes : 0;
}
