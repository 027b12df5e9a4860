import { HelperError } from "../core/errors.ts";
import type { VerbPorts } from "../commands/ports.ts";
import type { Credential } from "../core/credential.ts";
import { Secret } from "../core/secret.ts";
import { parseFields } from "./go-fields.ts";

/** The one failure that means that nobody is logged in (docker/docker-credential-helpers, `credentials/error.go`). */
const NOT_FOUND = "credentials not found in native keychain";

/**
 * What the helper has for the key, asked as a client would: ours may mint for it. Undefined where it has none. Throws
 * `other-helper` where it fails, or answers with something else than a login.
 */
export async function askHelperFor(
  runHelper: VerbPorts["runHelper"],
  helper: string,
  key: string,
): Promise<Credential | undefined> {
  const { stdout, exitCode } = await runHelper(helper, "get", key);
  if (exitCode !== 0) {
    if (stdout.trim() === NOT_FOUND) return undefined;
    throw new HelperError("other-helper", `docker-credential-${helper} failed with exit code ${exitCode}`, {
      hint: `to see why: echo ${shellWord(key)} | docker-credential-${helper} get`,
    });
  }
  const credential = parseAnswer(stdout);
  if (credential) return credential;
  throw new HelperError("other-helper", `docker-credential-${helper} answers get with no login`);
}

/** The user name and password of a helper's answer; undefined where it is none. */
export function parseAnswer(text: string): Credential | undefined {
  const fields = parseFields(text);
  const username = fields?.get("username") ?? "";
  const secret = fields?.get("secret") ?? "";
  if (!fields || typeof username !== "string" || typeof secret !== "string") return undefined;
  return { username: new Secret(username), secret: new Secret(secret) };
}

/** As it can be pasted: a key comes from a file and may hold anything. */
function shellWord(text: string): string {
  return /^[A-Za-z0-9:/._-]+$/.test(text) ? text : "ADDRESS";
}
