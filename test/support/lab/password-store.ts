import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { SYSTEM_PATH } from "./parts.ts";
import { type Environment, run, runWell } from "./run.ts";

/** A `pass` store for docker-credential-pass. Its temporary key has no passphrase. */
export interface PasswordStore {
  readonly env: Environment;
  stop(): Promise<void>;
}

/** Keep the folder's path short, because gpg-agent's sockets are in it. */
export async function createPasswordStore(folder: string): Promise<PasswordStore> {
  const gnupg = join(folder, "g");
  mkdirSync(gnupg, { recursive: true, mode: 0o700 });
  const env = {
    PATH: SYSTEM_PATH,
    HOME: folder,
    GNUPGHOME: gnupg,
    PASSWORD_STORE_DIR: join(folder, "s"),
    LANG: "C.UTF-8",
  };
  const user = "docr lab <lab@docr.test>";
  const withoutPrompt = ["--batch", "--pinentry-mode", "loopback", "--passphrase", ""];
  await runWell("gpg", [...withoutPrompt, "--quick-gen-key", user, "default", "default", "never"], { env });
  await runWell("pass", ["init", user], { env });
  return {
    env,
    // gpg started an agent for this folder.
    stop: async () => void (await run("gpgconf", ["--kill", "gpg-agent"], { env })),
  };
}
