import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DOOR } from "../support/lab/executable.ts";
import { SYSTEM_PATH } from "../support/lab/parts.ts";
import type { Environment } from "../support/lab/run.ts";
import { type Answer, call } from "./call.ts";
import { answerOf, finishedFile, noteNameFor, warmNameFor } from "./cached-response.ts";
import { HOST } from "./situation.ts";
import { writeStub } from "./stub.ts";

/** A copy of the door with a folder, a home and a runtime directory of its own, and no program beside it at first. */
export interface Bench {
  readonly folder: string;
  readonly door: string;
  /** Where docr would be. */
  readonly docr: string;
  readonly env: Environment;
  /** Where finished answers and notes lie. */
  readonly kept: string;
  /** What the finished answer that `keepAnswer` leaves says. */
  readonly answer: string;
  /** Puts a stub that ends with the code in docr's place. */
  putStub(code: number): void;
  /** Leaves a finished answer for the environment, or other text in its place. Returns its path. */
  keepAnswer(env?: Environment, text?: string): string;
  /** Notes that another helper answers for other hosts, and puts a stub of it on the PATH. Returns the environment. */
  keepFallback(code: number): Environment;
  /** Runs the door. */
  ask(args: readonly string[], input: string | Uint8Array | undefined, env?: Environment): Promise<Answer>;
  close(): void;
}

export const FALLBACK = "other";

export function openBench(program: string = DOOR): Bench {
  const folder = mkdtempSync(join(tmpdir(), "docr-door-"));
  for (const name of ["bin", "path", "home", "run", "run/docr"])
    mkdirSync(join(folder, name), { mode: 0o700 });
  const door = join(folder, "bin", "docker-credential-docr");
  copyFileSync(program, door);
  chmodSync(door, 0o755);
  const env = {
    PATH: `${join(folder, "path")}:${SYSTEM_PATH}`,
    HOME: join(folder, "home"),
    XDG_RUNTIME_DIR: join(folder, "run"),
  };
  const kept = join(folder, "run", "docr");
  const docr = join(folder, "bin", "docr");
  return {
    folder,
    door,
    docr,
    env,
    kept,
    answer: answerOf("finished"),
    putStub: (code) => writeStub(docr, "docr", code),
    keepAnswer(forEnv = env, text = finishedFile("finished")) {
      const path = join(kept, warmNameFor(forEnv));
      writeFileSync(path, text, { mode: 0o600 });
      return path;
    },
    keepFallback(code) {
      const beside = { ...env, DOCR_FALLBACK: FALLBACK };
      writeFileSync(join(kept, noteNameFor(beside)), FALLBACK, { mode: 0o600 });
      const name = `docker-credential-${FALLBACK}`;
      writeStub(join(folder, "path", name), name, code);
      return beside;
    },
    ask: (args, input, with_ = env) => {
      const bytes = typeof input === "string" ? Buffer.from(input) : input;
      return call(door, { args, input: bytes, env: with_ });
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export { HOST };
