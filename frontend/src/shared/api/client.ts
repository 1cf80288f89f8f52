import createClient, { type Middleware } from "openapi-fetch";
import { AppError, fromProblem } from "./app-error";
import type { paths } from "./schema";
import { currentSession, leaveSession, lockSession } from "./session";

/** Deadlines in milliseconds. The window does not cancel requests, so each one carries its own. */
const deadlines = { local: 15_000, outside: 120_000 };

/** Calls that wait for Meta or read a whole file may take long; everything else is a local database. */
export function deadlineFor(path: string): number {
  return /^\/api\/(meta|imports|leads|setup|recovery)(\/|$)/.test(path) ? deadlines.outside : deadlines.local;
}

/**
 * Turns a body into text or bytes. A Blob, File or FormData body kills the process in the Linux window
 * (Wails issues 5845 and 6068), so those throw here before a request exists.
 */
export function serializeBody(body: unknown): string | ArrayBuffer | Uint8Array {
  if (isForbiddenBody(body)) throw new TypeError("send text or an ArrayBuffer, not a Blob, File or FormData");
  if (typeof body === "string" || body instanceof ArrayBuffer || body instanceof Uint8Array) return body;
  return JSON.stringify(body);
}

function isForbiddenBody(body: unknown): boolean {
  return (
    (typeof Blob !== "undefined" && body instanceof Blob) ||
    (typeof FormData !== "undefined" && body instanceof FormData)
  );
}

async function fetchWithDeadline(request: Request): Promise<Response> {
  const deadline = AbortSignal.timeout(deadlineFor(new URL(request.url).pathname));
  const signal = AbortSignal.any([request.signal, deadline]);
  try {
    return await fetch(request, { signal });
  } catch (cause) {
    if (request.signal.aborted) throw cause;
    throw new AppError(deadline.aborted ? "client.timeout" : "client.unreachable");
  } finally {
    refuseLate(new URL(request.url).pathname, request.headers.get("Authorization"));
  }
}

/**
 * Throws when whoever asked has left by now: an answer that comes late is not for the person who sits here then, nor is what the
 * page would do with it. What is asked of the computer and not of an office outlives sessions: a change of host ends them all.
 */
export function refuseLate(path: string, sent: string | null): void {
  if (/^\/api\/(setup|handover)(\/|$)/.test(path)) return;
  if (sent !== null && sent !== `Bearer ${currentSession().token}`) throw new AppError(askedByAnother);
}

/** The fault of what somebody asked who has left since. Nobody is told of it. */
export const askedByAnother = "client.left";

const session: Middleware = {
  onRequest({ request }) {
    const { token } = currentSession();
    if (token !== null) request.headers.set("Authorization", `Bearer ${token}`);
    return request;
  },
  async onResponse({ response, request }) {
    if (response.ok) return response;
    const problem = fromProblem(await response.json().catch(() => null), response.status);
    followSession(problem, request.headers.get("Authorization"));
    throw problem;
  },
};

/**
 * A lock or an end of the session that the server reports changes what the page shows. So does an office that
 * is gone: the host has revoked this computer.
 */
export function followSession(problem: AppError, sent: string | null): void {
  const { token } = currentSession();
  if (token === null || sent !== `Bearer ${token}`) return;
  if (problem.code === "session.locked") lockSession();
  if (["session.missing", "session.expired", "setup.needed"].includes(problem.code)) leaveSession();
}

/**
 * The one way to the program's API. Errors are thrown as AppError. Addresses stay relative: the window's
 * page has an origin of its own scheme.
 */
export const api = createClient<paths>({
  fetch: fetchWithDeadline,
  bodySerializer: serializeBody,
});
api.use(session);

/** The data of an answer. `api` throws on every fault, so an answer without data is an empty one. */
export async function answer<T>(call: Promise<{ data?: T }>): Promise<T> {
  const { data } = await call;
  return data as T;
}
