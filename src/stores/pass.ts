import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "../core/machine.ts";
import { HelperError } from "../core/errors.ts";
import type { SecretStore } from "../core/secret-store.ts";
import { Secret } from "../core/secret.ts";

const FOLDER = "docker-credential-docr";
/** gpg may ask a person for a passphrase: long enough for that, within the whole answer's deadline. Milliseconds. */
const DEADLINE_MS = 20_000;

/**
 * pass, the standard Unix password manager (https://www.passwordstore.org). Names are base64url, as in
 * docker-credential-pass, because addresses have slashes. Whether something is there is read from the folder:
 * what pass says of a missing entry and of a locked key is for people. One call takes `deadlineMs` at most.
 */
export function createPassStore(env: Environment, deadlineMs = DEADLINE_MS): SecretStore {
  const base = env["PASSWORD_STORE_DIR"] || (env["HOME"] ? join(env["HOME"], ".password-store") : undefined);
  if (base === undefined || !existsSync(join(base, ".gpg-id"))) {
    throw new HelperError("pass-missing", "pass is not set up for this user");
  }
  const folder = join(base, FOLDER);
  const isThere = (name: string): boolean => existsSync(join(folder, `${entryOf(name)}.gpg`));
  const pathOf = (name: string): string => `${FOLDER}/${entryOf(name)}`;
  const show = async (name: string): Promise<Secret> => {
    const shown = await run(["show", pathOf(name)], "", deadlineMs);
    return new Secret(shown.replace(/\n$/, ""));
  };
  return {
    read: async (name) => (isThere(name) ? show(name) : undefined),
    async write(name, value) {
      await run(["insert", "--multiline", "--force", pathOf(name)], value.reveal(), deadlineMs);
    },
    async erase(name) {
      if (!isThere(name)) return false;
      await run(["rm", "--force", pathOf(name)], "", deadlineMs);
      return true;
    },
    async entries(...prefixes) {
      const files = existsSync(folder) ? readdirSync(folder) : [];
      const names = files
        .filter((file) => file.endsWith(".gpg"))
        .map((file) => Buffer.from(file.slice(0, -".gpg".length), "base64url").toString())
        .filter((name) => prefixes.some((prefix) => name.startsWith(prefix)));
      const found = new Map<string, Secret>();
      for (const name of names) found.set(name, await show(name));
      return found;
    },
  };
}

function entryOf(name: string): string {
  return Buffer.from(name).toString("base64url");
}

/** What pass prints on stdout. The value goes in on stdin: arguments can be seen by every user of the machine. */
async function run(args: readonly string[], input: string, deadlineMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn("pass", args, { stdio: ["pipe", "pipe", "ignore"], timeout: deadlineMs });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stdin.on("error", () => undefined); // it may end before it has read all
    child.stdin.end(input);
    child.on("error", (cause) => reject(new HelperError("pass-missing", "pass cannot be run", { cause })));
    // gpg, which pass started, may outlive it and keep its stdout open: nobody waits for that.
    child.on("exit", (_code, signal) => void (signal !== null && child.stdout.destroy()));
    child.on("close", (code, signal) => {
      if (code === 0) resolve(Buffer.concat(chunks).toString("utf8"));
      else if (signal)
        reject(new HelperError("pass-failed", `pass did not answer within ${deadlineMs / 1000} s`));
      else reject(new HelperError("pass-failed", `pass failed (exit code ${code ?? "none"})`));
    });
  });
}
