import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { helperNote } from "../../src/response-cache/shared/other-registry-note.ts";
import { LAUNCHER } from "../support/lab/executable.ts";
import { SYSTEM_PATH } from "../support/lab/parts.ts";
import type { Environment } from "../support/lab/run.ts";
import { type Outcome, call } from "./call.ts";
import { responseWith, cachedResponse, noteNameFor, responseNameFor } from "./cached-response.ts";
import { HOST } from "./situation.ts";
import { writeStub } from "./stub.ts";

/** A copy of the launcher with its own folder, home and runtime directory. There is no docr next to it at first. */
export interface Bench {
  readonly folder: string;
  readonly launcher: string;
  /** The path where the launcher looks for docr. */
  readonly docr: string;
  readonly env: Environment;
  /** The folder of cached responses and notes. */
  readonly responses: string;
  /** The response that `cacheResponse` stores. */
  readonly response: string;
  /** Writes a stub of docr that ends with the code. */
  putStub(code: number): void;
  /** Stores a cached response for the environment, or the given text instead. Returns its path. */
  cacheResponse(env?: Environment, text?: string): string;
  /** Stores the note of a fallback helper, and puts a stub of the helper on the PATH. Returns the environment. */
  noteFallback(code: number): Environment;
  /** Runs the launcher. */
  ask(args: readonly string[], input: string | Uint8Array | undefined, env?: Environment): Promise<Outcome>;
  close(): void;
}

export const FALLBACK = "other";

export function openBench(program: string = LAUNCHER): Bench {
  const folder = mkdtempSync(join(tmpdir(), "docr-launcher-"));
  for (const name of ["bin", "path", "home", "run", "run/docr"])
    mkdirSync(join(folder, name), { mode: 0o700 });
  const launcher = join(folder, "bin", "docker-credential-docr");
  copyFileSync(program, launcher);
  chmodSync(launcher, 0o755);
  const env = {
    PATH: `${join(folder, "path")}:${SYSTEM_PATH}`,
    HOME: join(folder, "home"),
    XDG_RUNTIME_DIR: join(folder, "run"),
  };
  const responses = join(folder, "run", "docr");
  const docr = join(folder, "bin", "docr");
  return {
    folder,
    launcher,
    docr,
    env,
    responses,
    response: responseWith("cached"),
    putStub: (code) => writeStub(docr, "docr", code),
    cacheResponse(forEnv = env, text = cachedResponse("cached")) {
      const path = join(responses, responseNameFor(forEnv));
      writeFileSync(path, text, { mode: 0o600 });
      return path;
    },
    noteFallback(code) {
      const withFallback = { ...env, DOCR_FALLBACK: FALLBACK };
      writeFileSync(join(responses, noteNameFor(withFallback)), helperNote(FALLBACK), { mode: 0o600 });
      const name = `docker-credential-${FALLBACK}`;
      writeStub(join(folder, "path", name), name, code);
      return withFallback;
    },
    ask: (args, input, with_ = env) => {
      const bytes = typeof input === "string" ? Buffer.from(input) : input;
      return call(launcher, { args, input: bytes, env: with_ });
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export { HOST };
