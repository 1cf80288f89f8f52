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

/** A step, and whether anybody has looked at it. */
export type Step = RelayCheck & { seen: boolean };

/** Every step, also before the first test. Whether the relay is there is known at any time, whatever was so at the last test. */
export function allSteps({ checks, state }: Pick<RelayState, "checks" | "state">): Step[] {
  const blank = { page: "", problem: "", ms: 0 };
  const link: Step = { ...blank, code: "link", state: linkState(state), seen: true };
  const rest = checks.filter(({ code }) => code !== link.code).map((check) => ({ ...check, seen: true }));
  const steps = [link, ...rest];
  const unseen = checkCodes
    .filter((code) => !steps.some((step) => step.code === code))
    .map((code): Step => ({ ...blank, code, state: "unknown", seen: false }));
  const order = (code: string) => {
    const at = (checkCodes as readonly string[]).indexOf(code);
    return at < 0 ? checkCodes.length : at;
  };
  return [...steps, ...unseen].sort((a, b) => order(a.code) - order(b.code));
}

function linkState(state: RelayState["state"]): RelayCheck["state"] {
  if (state === "linked") return "ok";
  return state === "connecting" ? "unknown" : "missing";
}

/** What is said of all steps together: nothing may be called well that nobody could find out. */
export function verdict(steps: readonly Step[], tested: boolean): "toFix" | "hint" | "soFar" | "allWell" {
  if (steps.some(isToFix)) return "toFix";
  if (!tested) return "hint";
  return steps.every(({ state }) => state === "ok") ? "allWell" : "soFar";
}

/** Whether somebody has to do something about a step. */
export function isToFix({ state }: RelayCheck): boolean {
  return state === "missing" || state === "warn";
}

/** What a draft leaves to be filled in, as far as a text still has it: "[correo de contacto]". */
export function unfinished(text: string, draft: string): string[] {
  return [...new Set(draft.match(/\[[^\]]+\]/g))].filter((gap) => text.includes(gap));
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
