/** Values a sentence about a fault may need: seconds to wait, the shortest length allowed, a name. */
export type FaultArgs = Record<string, unknown>;

/**
 * A fault as the screens know it. `code` is the stable key of a sentence in locales/errors.json; `field`
 * names the input it belongs to, or is empty. Raw texts of the server never get here.
 */
export class AppError extends Error {
  readonly code: string;
  readonly args: FaultArgs;
  readonly field: string;
  readonly status: number;
  /** Number of the line in the program's log, for support; empty when there is none. */
  readonly trace: string;

  constructor(code: string, args: FaultArgs = {}, field = "", status = 0, trace = "") {
    super(code);
    this.name = "AppError";
    this.code = code;
    this.args = args;
    this.field = field;
    this.status = status;
    this.trace = trace;
  }
}

/** Anything thrown, as an AppError; what we did not foresee becomes "internal". */
export function toAppError(thrown: unknown): AppError {
  return thrown instanceof AppError ? thrown : new AppError("internal");
}

/** Reads a problem+json body (RFC 9457 with our code, field and args). Unknown shapes become "internal". */
export function fromProblem(body: unknown, status: number): AppError {
  if (typeof body !== "object" || body === null) return new AppError(codeForStatus(status), {}, "", status);
  const { code, args, field, trace } = body as Record<string, unknown>;
  return new AppError(
    typeof code === "string" && code !== "" ? code : codeForStatus(status),
    typeof args === "object" && args !== null ? (args as FaultArgs) : {},
    typeof field === "string" ? field : "",
    status,
    typeof trace === "string" ? trace : "",
  );
}

function codeForStatus(status: number): string {
  return status === 502 || status === 503 || status === 504 ? "busy" : "internal";
}
