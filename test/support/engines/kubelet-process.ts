import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Environment } from "../lab/run.ts";
import { KUBELET } from "./programs.ts";

export interface KubeletOptions {
  /** A file or a directory. Without it, the kubelet has no providers. */
  readonly config?: string;
  readonly binDir?: string;
  readonly env: Environment;
}

/** The kubelet's own code in a process (kubelet/main.go). */
export interface KubeletProcess {
  /** The logins that the kubelet would try for each image. It asks its providers for all images at once. */
  lookUp(images: readonly string[], account?: string): Promise<readonly KubeletLogins[]>;
  /** Whether a pattern of its configuration or of a response matches the image. */
  matches(pattern: string, image: string): Promise<boolean>;
  /** Its journal. */
  journal(): string;
  stop(): Promise<void>;
}

export interface KubeletLogins {
  readonly image: string;
  readonly logins: readonly { readonly username: string; readonly password: string }[];
}

/** Rejects with the journal if the kubelet does not start with this configuration. */
export async function startKubelet({ config, binDir, env }: KubeletOptions): Promise<KubeletProcess> {
  const args = [
    ...(config === undefined ? [] : ["--config", config]),
    ...(binDir === undefined ? [] : ["--bin-dir", binDir]),
  ];
  const child = spawn(KUBELET.path, args, { env, stdio: ["pipe", "pipe", "pipe"] });
  const journal: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => journal.push(chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const readLine = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (!done) return JSON.parse(value);
    await ended;
    throw new Error(journal.join(""));
  };
  const ask = (question: object): void => void child.stdin.write(`${JSON.stringify(question)}\n`);
  await readLine();
  return {
    async lookUp(images, account = "") {
      ask({ images, account });
      const found: KubeletLogins[] = [];
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the test's own program writes it
      for (const _ of images) found.push((await readLine()) as KubeletLogins);
      return found;
    },
    async matches(pattern, image) {
      ask({ pattern, image });
      const line = await readLine();
      return typeof line === "object" && line !== null && "matches" in line && line.matches === true;
    },
    journal: () => journal.join(""),
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
