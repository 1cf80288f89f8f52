import { fromProblem } from "./app-error";
import { followSession } from "./client";
import { currentSession } from "./session";

/** Cuts a server-sent event stream into the data of its events. Feed it text as it arrives. */
export function createEventParser(onData: (data: string) => void): (chunk: string) => void {
  let rest = "";
  let data: string[] = [];
  return (chunk) => {
    const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
      if (line !== "") continue;
      if (data.length > 0) onData(data.join("\n"));
      data = [];
    }
  };
}

/**
 * Reads `/api/events` once, until it ends, is aborted or fails. The native EventSource cannot send the
 * authorization header, and a token does not belong in an address.
 */
export async function readEvents(onData: (data: string) => void, signal: AbortSignal): Promise<void> {
  const { token } = currentSession();
  const response = await fetch("/api/events", {
    headers: { Accept: "text/event-stream", Authorization: `Bearer ${token}` },
    signal,
  });
  if (!response.ok) followSession(fromProblem(await response.json(), response.status), `Bearer ${token}`);
  if (!response.ok || response.body === null) throw new Error(`event stream answered ${response.status}`);
  const parse = createEventParser(onData);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    parse(value);
  }
}

/** Wait before the next attempt, in milliseconds: doubles from one second to thirty. */
export function reconnectDelay(attempt: number): number {
  return Math.min(30_000, 1000 * 2 ** Math.max(0, attempt));
}
