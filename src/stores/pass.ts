import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { HelperError } from "../core/errors.ts";
import type { Environment } from "../core/machine.ts";
import type { SecretStore } from "../core/secret-store.ts";
import { Secret } from "../core/secret.ts";
import { runChild, type ChildResult } from "../system/child-process.ts";

const FOLDER = "docker-credential-docr";
/** Long enough for gpg to ask the user for a passphrase, and shorter than docr's own time limit. */
const TIMEOUT_MS = 20_000;

/**
 * pass, the standard Unix password manager (https://www.passwordstore.org). Entry names are base64url, as in
 * docker-credential-pass, because addresses contain slashes. docr checks in the folder whether an entry exists, because a program
 * cannot tell pass's messages for a missing entry and a locked key apart. `timeoutMs` limits one call of pass.
 */
export function createPassStore(env: Environment, timeoutMs = TIMEOUT_MS): SecretStore {
  const base = env["PASSWORD_STORE_DIR"] || (env["HOME"] ? join(env["HOME"], ".password-store") : undefined);
  if (base === undefined || !existsSync(join(base, ".gpg-id"))) {
    throw new HelperError("pass-missing", "pass is not set up for this user");
  }
  const folder = join(base, FOLDER);
  const exists = (name: string): boolean => existsSync(join(folder, `${encodeName(name)}.gpg`));
  const pathOf = (name: string): string => `${FOLDER}/${encodeName(name)}`;
  const show = async (name: string): Promise<Secret> => {
    const output = await runPass(["show", pathOf(name)], "", timeoutMs);
    return new Secret(output.replace(/\n$/, ""));
  };
  return {
    read: async (name) => (exists(name) ? show(name) : undefined),
    async write(name, value) {
      await runPass(["insert", "--multiline", "--force", pathOf(name)], value.reveal(), timeoutMs);
    },
    async erase(name) {
      if (!exists(name)) return false;
      await runPass(["rm", "--force", pathOf(name)], "", timeoutMs);
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

function encodeName(name: string): string {
  return Buffer.from(name).toString("base64url");
}

/** Returns what pass prints on stdout. */
async function runPass(args: readonly string[], input: string, timeoutMs: number): Promise<string> {
  let result: ChildResult;
  try {
    result = await runChild("pass", { args, input, stdout: "capture", stderr: "ignore", timeoutMs });
  } catch (cause) {
    throw new HelperError("pass-missing", "pass cannot be run", { cause });
  }
  const { stdout, exitCode } = result;
  if (exitCode === 0) return stdout;
  if (exitCode === undefined) {
    throw new HelperError("pass-failed", `pass did not respond within ${timeoutMs / 1000} s`);
  }
  throw new HelperError("pass-failed", `pass failed (exit code ${exitCode})`);
}
