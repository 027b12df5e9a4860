/** Runs another credential helper, as docker and podman do. */
import type { Credential } from "../core/credential.ts";
import { HelperError } from "../core/errors.ts";
import { parseJson } from "../core/json.ts";
import type { Environment } from "../core/machine.ts";
import { NOT_FOUND } from "../core/not-found.ts";
import { Secret } from "../core/secret.ts";
import { runChild, type ChildResult } from "../system/child-process.ts";
import { entriesOf, parseFields } from "./go-fields.ts";
import { DOCR } from "./uses.ts";

export interface HelperAnswer {
  readonly stdout: string;
  readonly exitCode: number;
}

/**
 * Runs `docker-credential-NAME ACTION` with `input` on stdin and captures its stdout; its stderr goes to the user.
 * Throws `other-helper` if the program cannot be run or does not respond in time.
 */
export type RunHelper = (name: string, action: string, input: string) => Promise<HelperAnswer>;

/** Long enough for the user to unlock a keychain. */
const HELPER_TIMEOUT_MS = 60_000;

/** `own` is the environment of docr, which needs the API token. `others` is every other helper's. */
export function createRunHelper(
  own: Environment,
  others: Environment,
  timeoutMs = HELPER_TIMEOUT_MS,
): RunHelper {
  return async (name, action, input) => {
    const program = `docker-credential-${name}`;
    let result: ChildResult;
    try {
      const options = {
        args: [action],
        input,
        stdout: "capture",
        stderr: "inherit",
        env: name === DOCR ? own : others,
        timeoutMs,
      } as const;
      result = await runChild(program, options);
    } catch (cause) {
      const hint = "install it, or fix the configuration that names it";
      throw new HelperError("other-helper", `cannot run ${program}`, { cause, hint });
    }
    const { stdout, exitCode } = result;
    if (exitCode === undefined)
      throw new HelperError(
        "other-helper",
        `${program} was killed or did not respond within ${timeoutMs / 1000} s`,
      );
    return { stdout, exitCode };
  };
}

/**
 * Returns the helper's login for the key, or undefined if it has none. Throws `other-helper` if the helper fails or its response is
 * not a login. If the helper is docr, this may mint a credential.
 */
export async function getFromHelper(
  run: RunHelper,
  name: string,
  key: string,
): Promise<Credential | undefined> {
  const { stdout, exitCode } = await run(name, "get", key);
  if (exitCode !== 0) {
    if (stdout.trim() === NOT_FOUND) return undefined;
    throw new HelperError("other-helper", `docker-credential-${name} failed with exit code ${exitCode}`, {
      hint: `run: echo ${shellWord(key)} | docker-credential-${name} get`,
    });
  }
  const credential = parseAnswer(stdout);
  if (credential) return credential;
  throw new HelperError("other-helper", `docker-credential-${name} returned an invalid login`);
}

/** As `getFromHelper`, but undefined for an answer without any text, which docker and podman take for no login. */
export async function findInHelper(
  run: RunHelper,
  name: string,
  key: string,
): Promise<Credential | undefined> {
  const credential = await getFromHelper(run, name, key);
  const isEmpty = !credential || [credential.username, credential.secret].every((text) => text.matches(/^$/));
  return isEmpty ? undefined : credential;
}

/** Returns the keys of the helper's logins. Throws `other-helper` if it does not return a list. */
export async function listHelper(run: RunHelper, name: string): Promise<readonly string[]> {
  const { stdout, exitCode } = await run(name, "list", "unused");
  const logins = exitCode === 0 ? parseKeys(stdout) : undefined;
  if (logins) return logins;
  throw new HelperError("other-helper", `docker-credential-${name} did not list its logins`, {
    hint: `run: docker-credential-${name} list`,
  });
}

/** Returns whether the helper reports success. Throws `other-helper` if it cannot be run. */
export async function eraseFromHelper(run: RunHelper, name: string, key: string): Promise<boolean> {
  const { exitCode } = await run(name, "erase", key);
  return exitCode === 0;
}

/** Parses the response to `get`. Returns undefined if it is not a login. */
export function parseAnswer(text: string): Credential | undefined {
  const fields = parseFields(text);
  const username = fields?.get("username") ?? "";
  const secret = fields?.get("secret") ?? "";
  if (!fields || typeof username !== "string" || typeof secret !== "string") return undefined;
  return { username: new Secret(username), secret: new Secret(secret) };
}

function parseKeys(text: string): readonly string[] | undefined {
  return entriesOf(parseJson(text)?.value ?? null)?.map(([key]) => key);
}

/** Makes the key safe to paste into a shell: it comes from a file and may contain any character. */
function shellWord(text: string): string {
  return /^[A-Za-z0-9:/._-]+$/.test(text) ? text : "ADDRESS";
}
