import { readdirSync } from "node:fs";
import { join } from "node:path";
import { HelperError } from "../core/errors.ts";
import type { Environment } from "../core/machine.ts";
import type { SecretStore } from "../core/secret-store.ts";
import { Secret } from "../core/secret.ts";
import { runChild, type ChildResult } from "../system/child-process.ts";
import { errorCodeOf, isAbsence } from "../system/errno.ts";
import { isOfAnotherUser } from "../system/owners.ts";
import { isAbsent } from "../system/regular-file.ts";

const FOLDER = "docker-credential-docr";
/** Long enough for gpg to ask the user for a passphrase, and shorter than docr's own time limit. */
const TIMEOUT_MS = 20_000;

/**
 * pass, the standard Unix password manager (https://www.passwordstore.org). Entry names are base64url, as in
 * docker-credential-pass, because addresses contain slashes. docr checks in the folder whether an entry exists, because a program
 * cannot tell pass's messages for a missing entry and a locked key apart. `timeoutMs` limits one call of pass, which ends with docr through
 * `tether`. Root (`uid` 0) changes no store of another user, who could not change root's files later.
 */
export function createPassStore(
  env: Environment,
  uid: number | undefined,
  tether: () => readonly string[] = () => [],
  timeoutMs = TIMEOUT_MS,
): SecretStore {
  const base = env["PASSWORD_STORE_DIR"] || (env["HOME"] ? join(env["HOME"], ".password-store") : undefined);
  if (base === undefined || isAbsent(join(base, ".gpg-id"))) {
    throw new HelperError("pass-missing", "pass is not set up for this user");
  }
  const folder = join(base, FOLDER);
  const requireOwn = (): void => {
    if (!isOfAnotherUser(base, uid)) return;
    throw new HelperError(
      "pass-failed",
      "pass's folder belongs to another user, and root changes nothing in it",
      {
        hint: `check the owner of ${base}; run docr as that user, without sudo; nothing was changed`,
      },
    );
  };
  const exists = (name: string): boolean => !isAbsent(join(folder, `${encodeName(name)}.gpg`));
  const pathOf = (name: string): string => `${FOLDER}/${encodeName(name)}`;
  const runPass = createPassRunner(env, tether, timeoutMs);
  const show = async (name: string): Promise<Secret> => {
    const output = await runPass(["show", pathOf(name)], "");
    return new Secret(output.replace(/\n$/, ""));
  };
  return {
    read: async (name) => (exists(name) ? show(name) : undefined),
    async write(name, value) {
      requireOwn();
      await runPass(["insert", "--multiline", "--force", pathOf(name)], value.reveal());
    },
    async erase(name) {
      if (!exists(name)) return false;
      requireOwn();
      await runPass(["rm", "--force", pathOf(name)], "");
      return true;
    },
    async entries(...prefixes) {
      const names = namesIn(folder)
        .filter((file) => file.endsWith(".gpg"))
        .map((file) => Buffer.from(file.slice(0, -".gpg".length), "base64url").toString())
        .filter((name) => prefixes.some((prefix) => name.startsWith(prefix)));
      return showAll(names, show);
    },
  };
}

/** With so many failures and no success, the key is locked, and every further entry would ask for its passphrase again. */
const MOST_FAILURES = 3;

/** An entry that cannot be decrypted is empty, and its users report it as damaged. Throws a failure if no entry can be decrypted. */
async function showAll(
  names: readonly string[],
  show: (name: string) => Promise<Secret>,
): Promise<ReadonlyMap<string, Secret>> {
  const found = new Map<string, Secret>();
  let failures = 0;
  for (const [index, name] of names.entries()) {
    try {
      found.set(name, await show(name));
    } catch (error) {
      failures += 1;
      const hasOnlyFailed = failures === found.size + 1;
      if (hasOnlyFailed && (failures === MOST_FAILURES || index === names.length - 1)) throw error;
      found.set(name, new Secret(""));
    }
  }
  return found;
}

function encodeName(name: string): string {
  return Buffer.from(name).toString("base64url");
}

/** Empty if the folder is absent. Throws `pass-failed` if it cannot be read: it may contain entries. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    if (isAbsence(cause)) return [];
    const code = errorCodeOf(cause) ?? "unknown";
    throw new HelperError("pass-failed", `pass's folder cannot be read (${code})`, {
      cause,
      hint: `check the owner and permissions of ${folder}`,
    });
  }
}

/** The returned function runs pass and returns what it prints on stdout. */
function createPassRunner(env: Environment, tether: () => readonly string[], timeoutMs: number) {
  return async (args: readonly string[], input: string): Promise<string> => {
    let result: ChildResult;
    try {
      result = await runChild("pass", {
        args,
        input,
        stdout: "capture",
        stderr: "ignore",
        env,
        tether: tether(),
        timeoutMs,
      });
    } catch (cause) {
      throw new HelperError("pass-missing", "pass cannot be run", { cause });
    }
    const { stdout, exitCode } = result;
    if (exitCode === 0) return stdout;
    if (exitCode === undefined) {
      throw new HelperError("pass-failed", `pass did not respond within ${timeoutMs / 1000} s`);
    }
    throw new HelperError("pass-failed", `pass failed (exit code ${exitCode})`);
  };
}
