/** The result of checking an image or a login, and how docr prints it. */
import { REGISTRY_HOST } from "../../core/address.ts";
import { errorJsonOf, traitsOf } from "../../core/error-catalog.ts";
import type { HelperError } from "../../core/errors.ts";
import { DOCKER_HUB } from "../../core/image.ts";
import type { FoundManifest } from "../../oci/registries.ts";
import { formatBytes } from "../../terminal/sizes.ts";
import { alignColumns } from "../../terminal/table.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import type { Result } from "../command.ts";
import type { UsedLogin } from "./used-login.ts";

export type CheckOutcome =
  | { readonly status: "found"; readonly manifest: FoundManifest }
  | { readonly status: "found"; readonly tags: readonly string[] }
  /** The manifest itself. */
  | { readonly status: "found"; readonly text: string }
  /** `why` is the reason why the image may exist after all. */
  | { readonly status: "absent"; readonly why?: string | undefined }
  | { readonly status: "refused"; readonly reason: string }
  /** The login may push. */
  | { readonly status: "allowed" }
  /** The registry accepts the login. */
  | { readonly status: "accepted" }
  /** The registry responds without a login. */
  | { readonly status: "open" }
  /** The registry failed, or docr could not find the login. */
  | { readonly status: "failed"; readonly failure: HelperError };

/** The image or registry that docr checked, with the outcome. */
export interface Checked {
  readonly host: string;
  readonly name: string;
  /** The name's field in JSON. */
  readonly key: "image" | "registry";
  /** Undefined if docr could not find out which login to send. */
  readonly used: UsedLogin | undefined;
  readonly outcome: CheckOutcome;
}

/** If there are several outcomes, the first of these that occurs decides the exit code. */
const WORST_FIRST = ["failed", "refused", "absent"] as const satisfies readonly CheckOutcome["status"][];

export function exitCodeOf({ outcome }: Checked): number {
  if (outcome.status === "failed") return traitsOf(outcome.failure).exitCode ?? 1;
  if (outcome.status === "refused") return 4;
  return outcome.status === "absent" ? 3 : 0;
}

/** Describes one image or registry with every detail. */
export function describeChecked(checked: Checked, terminal: Pick<Terminal, "paint" | "width">): Result {
  return { text: textOf(checked, terminal), json: jsonOf(checked), exitCode: exitCodeOf(checked) };
}

/** Describes each in one row. The exit code is the worst one. */
export function describeSeveral(all: readonly Checked[], { width }: Pick<Terminal, "width">): Result {
  const rows = all.map((checked) => [LABELS[checked.outcome.status], checked.name, detailOf(checked)]);
  return { text: alignColumns(rows, width), json: all.map(jsonOf), exitCode: worstExitCode(all) };
}

export function worstExitCode(all: readonly Checked[]): number {
  const worst = WORST_FIRST.flatMap((status) => all.filter(({ outcome }) => outcome.status === status))[0];
  return worst ? exitCodeOf(worst) : 0;
}

/** The outcome as one table cell, with the reason if the registry rejected the login or the check failed. */
export function describeOutcome(checked: Checked): string {
  const detail = detailOf(checked);
  const label = LABELS[checked.outcome.status];
  return detail === "" ? label : `${label}: ${detail}`;
}

/** The outcome for `--json`, without the name and the login. */
export function jsonOfOutcome(checked: Checked): Readonly<Record<string, unknown>> {
  const { [checked.key]: _name, login: _login, ...outcome } = jsonOf(checked);
  return outcome;
}

const LABELS: Readonly<Record<CheckOutcome["status"], string>> = {
  found: "found",
  absent: "not found",
  refused: "rejected",
  allowed: "may push",
  accepted: "accepted",
  open: "open",
  failed: "failed",
};

function detailOf({ outcome }: Checked): string {
  if (outcome.status === "refused") return outcome.reason;
  if (outcome.status === "failed") return outcome.failure.message;
  if (outcome.status !== "found") return "";
  if ("tags" in outcome) return outcome.tags.join(", ");
  return "manifest" in outcome ? outcome.manifest.digest : "";
}

function textOf(
  { host, name, key, used, outcome }: Checked,
  { paint, width }: Pick<Terminal, "paint" | "width">,
): string {
  const table = (...rows: readonly (readonly string[])[]): string => alignColumns(rows, width);
  const login = ["  login", used?.label ?? "unknown"] as const;
  switch (outcome.status) {
    case "found": {
      if ("text" in outcome) return outcome.text;
      if ("tags" in outcome) return outcome.tags.map((tag) => `${tag}\n`).join("");
      return `${paint("bold", name)}\n${table(...manifestRows(outcome.manifest), login)}`;
    }
    case "absent": {
      const why = outcome.why === undefined ? "" : `, or this login may not see it (${outcome.why})`;
      return `not found: ${name} does not exist${why}\n${table(login)}`;
    }
    case "refused": {
      const needsOtherAccount = key === "image" && used?.login !== undefined;
      const next = needsOtherAccount ? "log in with an account that may" : "log in";
      const rest = used ? [login, ["  next", `${next}: ${loginCommandFor(host)}`]] : [];
      return `rejected: ${name}\n${table(["  reason", outcome.reason], ...rest)}`;
    }
    case "allowed":
      return `may push: ${name}\n${table(login)}`;
    case "accepted":
      return `accepted: ${name} accepts the login\n${table(login)}`;
    case "open": {
      const label = used?.login ? `${used.label}; not checked` : login[1];
      return `open: ${name} answers without a login\n${table(["  login", label])}`;
    }
    case "failed":
      return `failed: ${name}\n${table(["  reason", outcome.failure.message], login)}`;
  }
}

function manifestRows(manifest: FoundManifest): readonly (readonly [string, string])[] {
  const { digest, mediaType, bytes, contentBytes, platforms } = manifest;
  return [
    ["  digest", digest],
    ["  type", mediaType],
    ["  manifest", formatBytes(bytes)],
    ...(contentBytes === undefined ? [] : [["  to pull", formatBytes(contentBytes)] as const]),
    ["  platforms", platforms.length === 0 ? "unknown" : platforms.join(", ")],
  ];
}

function jsonOf({ name, key, used, outcome }: Checked): Readonly<Record<string, unknown>> {
  const common = { [key]: name, ...(used && { login: used.json }), status: outcome.status };
  if (outcome.status === "refused") return { ...common, reason: outcome.reason };
  if (outcome.status === "failed") return { ...common, error: errorJsonOf(outcome.failure) };
  if ("manifest" in outcome) return { ...common, ...outcome.manifest };
  return "tags" in outcome ? { ...common, tags: outcome.tags } : common;
}

function loginCommandFor(host: string): string {
  if (host === REGISTRY_HOST) return "docr login";
  return host === DOCKER_HUB ? "docker login" : `docker login ${host}`;
}
