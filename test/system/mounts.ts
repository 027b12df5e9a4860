import { spawn } from "node:child_process";
import { SYSTEM_PATH, explainMissing, isRoot } from "../support/lab/parts.ts";

/** Mounts that only the commands see which are run inside. */
export interface PrivateMounts {
  /** The command that runs this one inside: a program and its arguments. */
  wrap(command: readonly string[]): readonly [program: string, ...args: string[]];
  close(): Promise<void>;
}

/** Why there can be no private mounts here, or undefined where there can. */
export function explainNoMounts(): string | undefined {
  if (process.platform !== "linux") return `no private mounts on ${process.platform}`;
  if (!isRoot()) return "private mounts need root";
  return explainMissing(["unshare", "nsenter"]);
}

/** `script` is for sh, and makes the mounts. Throws where it fails. */
export async function openMounts(script: string): Promise<PrivateMounts> {
  const held = `set -eu\n${script}\necho ready\nread forever || true`;
  const child = spawn("unshare", ["--mount", "--propagation", "private", "sh", "-c", held], {
    env: { PATH: SYSTEM_PATH },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => reject(new Error("the private mounts could not be made")));
    child.stdout.once("data", () => resolve());
  });
  return {
    wrap: (command) => ["nsenter", `--mount=/proc/${child.pid}/ns/mnt`, "--", ...command],
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
