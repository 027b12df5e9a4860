import { spawn } from "node:child_process";
import { HelperError } from "../core/errors.ts";
import { FALLBACK_ACTIVE } from "../response-cache/shared/fallback-note.ts";

/** What another helper answered; empty stdout where it went straight to the client. */
export interface OtherAnswer {
  readonly stdout: string;
  readonly exitCode: number;
}

/**
 * Runs `docker-credential-NAME VERB` with the client's own request on stdin. `passThrough`: its output and errors go to
 * the client untouched, as if it had been called; `capture`: stdout comes back. No deadline of ours: it may be
 * asking a person, as it would without us. Throws `bad-setting` where there is no such program, and where it has led
 * back to us: the mark in `env`, which it gets, tells that we are already beside somebody.
 */
export async function runOtherHelper(
  name: string,
  verb: string,
  input: Uint8Array,
  output: "passThrough" | "capture",
  env: Readonly<Record<string, string | undefined>>,
): Promise<OtherAnswer> {
  if (env[FALLBACK_ACTIVE] !== undefined) {
    throw new HelperError("bad-setting", `the fallback docker-credential-${name} leads back to docr`);
  }
  return new Promise((resolve, reject) => {
    const child = spawn(`docker-credential-${name}`, [verb], {
      stdio: ["pipe", output === "capture" ? "pipe" : "inherit", "inherit"],
      env: { ...env, [FALLBACK_ACTIVE]: "1" },
    });
    const chunks: Buffer[] = [];
    child.stdout?.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stdin?.on("error", () => undefined); // it may answer before it has read all
    child.stdin?.end(input);
    child.on("error", (cause) => {
      reject(
        new HelperError("bad-setting", `the fallback docker-credential-${name} cannot be run`, { cause }),
      );
    });
    child.on("close", (code) => {
      resolve({ stdout: Buffer.concat(chunks).toString("utf8"), exitCode: code ?? 1 });
    });
  });
}

/** For a helper that may be asking its person to unlock a keychain, in milliseconds. */
const HELPER_PATIENCE_MS = 60_000;

/**
 * Asks `docker-credential-NAME VERB` as a client would, with `input` on stdin; its errors go to the person. Throws
 * `other-helper` where there is no such program, or no answer in time (a minute, in milliseconds).
 */
export async function askHelper(
  name: string,
  verb: string,
  input: string,
  env: Readonly<Record<string, string | undefined>>,
  patienceMs = HELPER_PATIENCE_MS,
): Promise<OtherAnswer> {
  const program = `docker-credential-${name}`;
  return new Promise((resolve, reject) => {
    const child = spawn(program, [verb], {
      stdio: ["pipe", "pipe", "inherit"],
      env,
      timeout: patienceMs,
      killSignal: "SIGKILL",
    });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stdin.on("error", () => undefined); // it may answer before it has read all
    child.stdin.end(input);
    child.on("error", (cause) => {
      const hint = "install it, or correct the configuration that names it";
      reject(new HelperError("other-helper", `${program} cannot be run`, { cause, hint }));
    });
    // What it started may outlive it, and keep its stdout open: nobody waits for that.
    child.on("exit", (_code, signal) => void (signal !== null && child.stdout.destroy()));
    child.on("close", (code, signal) => {
      if (signal !== null) reject(new HelperError("other-helper", `${program} gave no answer`));
      else resolve({ stdout: Buffer.concat(chunks).toString("utf8"), exitCode: code ?? 1 });
    });
  });
}
