import { spawn } from "node:child_process";
import { SYSTEM_PATH, explainMissing, explainNotRoot, explainRefusal } from "./parts.ts";

/** Mounts that only the wrapped commands see. */
export interface PrivateMounts {
  /** Returns the program and arguments that run the command inside the mounts. */
  wrap(command: readonly string[]): readonly [program: string, ...args: string[]];
  close(): Promise<void>;
}

const PRIVATELY = ["--mount", "--propagation", "private", "sh", "-eu", "-c"];

/** Returns why private mounts cannot be made here, or undefined. Root in a container usually lacks CAP_SYS_ADMIN. */
export function explainNoMounts(): string | undefined {
  return (
    explainNotRoot() ??
    explainMissing(["unshare", "nsenter"]) ??
    explainRefusal("private mounts", "unshare", [...PRIVATELY, "mount -t tmpfs tmpfs /dev/shm"])
  );
}

/** `script` is for sh, and makes the mounts. Throws if it fails. */
export async function openMounts(script: string): Promise<PrivateMounts> {
  const held = `${script}\necho ready\nread forever || true`;
  const child = spawn("unshare", [...PRIVATELY, held], {
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
    // With its root too, which is not the namespace's own if this process runs in a chroot.
    wrap: (command) => ["nsenter", `--target=${child.pid}`, "--mount", "--root", "--wd", "--", ...command],
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
