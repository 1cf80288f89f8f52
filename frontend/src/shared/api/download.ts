import { AppError, fromProblem } from "./app-error";
import { followSession } from "./client";
import { currentSession } from "./session";

/**
 * A whole file from the API, as bytes. There is no deadline: a large one takes its time, and `signal` stops it. An answer that breaks
 * off throws, so half a file is never taken for one.
 */
export async function download(path: string, signal: AbortSignal): Promise<Uint8Array> {
  const authorization = `Bearer ${currentSession().token ?? ""}`;
  const failed = (code: string) => (cause: unknown) => {
    throw signal.aborted ? cause : new AppError(code);
  };
  const response = await fetch(path, { headers: { Authorization: authorization }, signal }).catch(
    failed("client.unreachable"),
  );
  if (!response.ok) {
    const problem = fromProblem(await response.json().catch(() => null), response.status);
    followSession(problem, authorization);
    throw problem;
  }
  return new Uint8Array(await response.arrayBuffer().catch(failed("cancelled")));
}
