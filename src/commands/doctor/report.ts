/** Creates the report of `docr doctor --report`, which users paste into an issue. */
import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { homeOf } from "../../client-config/paths.ts";
import { HelperError } from "../../core/errors.ts";
import type { Machine } from "../../core/machine.ts";
import { createFile } from "../../system/atomic-write.ts";
import { errorCodeOf } from "../../system/errno.ts";
import type { Finding } from "./finding.ts";

/** The variables that affect docr. The report names no others. */
const KNOWN_VARIABLES =
  /^(?:DOCR_|DIGITALOCEAN_|DOCKER_|REGISTRY_AUTH_FILE$|CONTAINERS_|XDG_|DBUS_SESSION_BUS_ADDRESS$|SSL_CERT_|NODE_EXTRA_CA_CERTS$|NO_COLOR$|(?:https?|no)_proxy$)/i;
/** Values that are docr's own words. Any other value may be a secret, even a short one. */
const HARMLESS =
  /^(?:DOCR_ACCESS=(?:auto|read-only|read-write)|DOCR_CACHE=(?:runtime|keychain|none)|DOCR_STORE=(?:auto|keychain|file|pass)|DOCR_TTL=\d{1,9})$/;

/** Returns the findings and the names of the variables that are set, without secrets, user names and the home directory. */
export function reportOf(findings: readonly Finding[], version: string, machine: Machine): string {
  const { env, platform } = machine;
  const variables = Object.keys(env)
    .filter((name) => KNOWN_VARIABLES.test(name) && env[name] !== undefined)
    .toSorted()
    .map((name) => `- ${name}${harmlessValue(name, env[name] ?? "")}`);
  const lines = findings.map(({ outcome, name, what, next, also = [] }) => {
    const others = also.length === 0 ? "" : ` (also fails: ${also.join(", ")})`;
    return `- ${outcome}: ${name}: ${what}${others}${next === undefined ? "" : ` (next: ${next})`}`;
  });
  const text = [
    "# docr doctor",
    "",
    `docr ${version} on ${platform}`,
    "",
    ...lines,
    "",
    "Variables that are set:",
    "",
    ...variables,
  ].join("\n");
  return `${scrub(text, machine)}\n`;
}

function harmlessValue(name: string, value: string): string {
  if (value === "") return " (empty)";
  return HARMLESS.test(`${name}=${value}`) ? `=${value}` : "";
}

/** Removes the home directory, user names, user names in URLs, and every word as long as a secret. */
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

/** Whether the text is a path, whose parts are short. A secret is one long word, or base64 with a few slashes. */
function isPath(run: string): boolean {
  return run.startsWith("/") && run.split("/").every((part) => part.length < 30);
}

function wordPattern(word: string): RegExp {
  return new RegExp(`(?<![\\w-])${word.replace(/\W/g, "\\$&")}(?![\\w-])`, "g");
}

/** Throws `bad-arguments` if the path exists. Called before the checks, so that the user does not wait for nothing. */
export function checkReportPath(path: string): void {
  if (existsSync(path)) throw reportExists();
}

/** Writes a new file that only this user can read. Throws `bad-arguments` if the path exists or cannot be written. */
export function writeReport(path: string, text: string): void {
  try {
    createFile(path, text, { owner: statSync(dirname(path)) });
  } catch (cause) {
    if (errorCodeOf(cause) === "EEXIST") throw reportExists(cause);
    throw new HelperError("bad-arguments", "cannot write the report file", {
      cause,
      hint: "choose another name",
    });
  }
}

function reportExists(cause?: unknown): HelperError {
  return new HelperError("bad-arguments", "the report file already exists", {
    cause,
    hint: "choose another name",
  });
}
