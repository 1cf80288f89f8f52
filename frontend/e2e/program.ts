import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The built program; `make test` names it. */
const binary =
  process.env.SITEGROUP_BIN ?? fileURLToPath(new URL("../../build/bin/sitegroup-crm", import.meta.url));

/** How long the program may take to answer, and to end, in milliseconds. */
const patience = 60_000;

/** A command of the program that keeps running, and its first line that was waited for. */
export type Running = { line: string; stop: () => Promise<void> };

/** Starts a command and waits for the line of output that says it is ready. */
export async function run(args: string[], ready: RegExp, env: Record<string, string> = {}): Promise<Running> {
  const child = spawn(binary, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  return { line: await readyLine(child, ready), stop: () => stop(child) };
}

function readyLine(child: ChildProcess, ready: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    let complaints = "";
    const settle = () => {
      clearTimeout(timer);
      child.off("error", onError).off("exit", onExit);
      child.stdout?.off("data", onOutput).resume();
      child.stderr?.off("data", onComplaint).resume();
    };
    const fail = (why: string) => {
      settle();
      child.kill("SIGKILL");
      reject(new Error(`${binary} ${why}\n${output}${complaints}`));
    };
    const onError = (error: Error) => fail(`did not start: ${error.message}`);
    const onExit = (code: number | null) => fail(`ended with ${code} before it was ready`);
    const onComplaint = (chunk: Buffer) => {
      complaints += chunk.toString();
    };
    const onOutput = (chunk: Buffer) => {
      output += chunk.toString();
      const whole = output.slice(0, output.lastIndexOf("\n") + 1);
      const line = whole.split("\n").find((each) => ready.test(each));
      if (line === undefined) return;
      settle();
      resolve(line);
    };
    const timer = setTimeout(() => fail("was not ready in time"), patience);
    child.on("error", onError).on("exit", onExit);
    child.stdout?.on("data", onOutput);
    child.stderr?.on("data", onComplaint);
  });
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), patience);
  await ended;
  clearTimeout(timer);
}

/** A folder for one program's data, gone with `remove`. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "sitegroup-e2e-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
