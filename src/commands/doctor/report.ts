import { writeFileSync } from "node:fs";
import { homeOf } from "../../client-config/paths.ts";
import type { Machine } from "../../core/machine.ts";
import { HelperError } from "../../core/errors.ts";
import type { Line } from "./finding.ts";

/** Variables that matter here; others are nobody's business. */
const OUR_VARIABLES =
  /^(?:DOCR_|DIGITALOCEAN_|DOCKER_|REGISTRY_AUTH_FILE$|CONTAINERS_|XDG_|DBUS_SESSION_BUS_ADDRESS$|SSL_CERT_|NODE_EXTRA_CA_CERTS$|NO_COLOR$|(?:https?|no)_proxy$)/i;
/** The words that are ours: any other value may be anything, however short. */
const HARMLESS =
  /^(?:DOCR_ACCESS=(?:auto|read-only|read-write)|DOCR_CACHE=(?:runtime|keychain|none)|DOCR_STORE=(?:auto|keychain|file|pass)|DOCR_TTL=\d{1,9})$/;

/**
 * What can be pasted into an issue: what the doctor saw, and which variables are set. No value of any that could be a
 * secret or tell who somebody is, no user name and no home.
 */
export function reportOf(lines: readonly Line[], version: string, machine: Machine): string {
  const { env, platform } = machine;
  const variables = Object.keys(env)
    .filter((name) => OUR_VARIABLES.test(name) && env[name] !== undefined)
    .toSorted()
    .map((name) => `- ${name}${shownValue(name, env[name] ?? "")}`);
  const looks = lines.map(({ outcome, name, what, next }) => {
    return `- ${outcome}: ${name}: ${what}${next === undefined ? "" : ` (next: ${next})`}`;
  });
  const text = [
    "# docr doctor",
    "",
    `docr ${version} on ${platform}`,
    "",
    ...looks,
    "",
    "Variables that are set:",
    "",
    ...variables,
  ].join("\n");
  return `${scrub(text, machine)}\n`;
}

function shownValue(name: string, value: string): string {
  if (value === "") return " (empty)";
  return HARMLESS.test(`${name}=${value}`) ? `=${value}` : "";
}

/** Takes out, wherever they stand: homes, user names, users in URLs, and whatever is as long as a secret. */
export function scrub(text: string, machine: Machine): string {
  const { env } = machine;
  const home = homeOf(machine);
  let scrubbed = text
    .replace(/\/\/[^\s/@]*@/g, "//…@")
    .replace(/[A-Za-z0-9_+/=-]{40,}/g, (run) => (isPath(run) ? run : "…"));
  if (home !== undefined && home.length > 1) scrubbed = scrubbed.replaceAll(home, "~");
  for (const name of ["USER", "LOGNAME", "USERNAME"]) {
    const user = env[name];
    if (user) scrubbed = scrubbed.replace(wordPattern(user), "USER");
  }
  return scrubbed;
}

/** Folders with short names; a secret is one long word, or base64 with a slash here and there. */
function isPath(run: string): boolean {
  return run.startsWith("/") && run.split("/").every((part) => part.length < 30);
}

function wordPattern(word: string): RegExp {
  return new RegExp(`(?<![\\w-])${word.replace(/\W/g, "\\$&")}(?![\\w-])`, "g");
}

/** For this user alone. Throws `bad-arguments` where there is a file already, or none can be written. */
export function writeReport(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: "wx", mode: 0o600 });
  } catch (cause) {
    const isThere = cause instanceof Error && "code" in cause && cause.code === "EEXIST";
    const what = isThere ? "the report's file is there already" : "the report's file cannot be written";
    throw new HelperError("bad-arguments", what, { cause, hint: "name another file" });
  }
}
