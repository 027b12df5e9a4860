import { dockerConfigPath, podmanAuthPath } from "../../client-config/paths.ts";
import { HelperError } from "../../core/errors.ts";
import { expiresAt, type Lifetime, limited, UNLIMITED } from "../../core/lifetime.ts";
import type { Machine } from "../../core/machine.ts";
import { alignColumns } from "../../terminal/table.ts";
import { formatTime } from "../../terminal/times.ts";
import { parseContext } from "../account/context-option.ts";
import { defineCommand, type Result } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { parseExpiry } from "./expiry.ts";
import {
  checkFormat,
  type Format,
  formatCredentials,
  FORMATS,
  jsonOfCredential,
  jsonWithoutSecret,
  secretNames,
} from "./formats.ts";
import { issueFor, type IssuedCredentials, parseRegistryNames } from "./issuing.ts";
import { type OutputFile, parseOutput, writeOutput } from "./output-file.ts";

const DEFAULT_SECONDS = 3600;

/** Mints new credentials, even if some are cached. They are for the user: docr never returns them to docker. */
export const credentialsCommand = defineCommand({
  name: "credentials",
  arguments: ["[registry...]"],
  summary: "Create a registry credential, or one for each registry, and print it or write it to a file",
  options: {
    output: {
      kind: "value",
      value: "file",
      description: "Write to this file, which only you can read, instead of stdout",
    },
    expiry: {
      kind: "value",
      value: "time",
      description: "Lifetime: 1h30m, 90m, 30d or seconds (default: 1h)",
    },
    neverExpire: { kind: "flag", description: "Create a credential that never expires" },
    readWrite: { kind: "flag", description: "Allow push and delete (default: pull only)" },
    format: {
      kind: "value",
      value: "format",
      description: "Output format, docker-config by default",
      choices: FORMATS,
    },
    name: {
      kind: "value",
      value: "name",
      description: "Name of the Kubernetes secret (default: registry-NAME)",
    },
    namespace: { kind: "value", value: "namespace", description: "Namespace of the Kubernetes secret" },
    context: { kind: "value", value: "name", description: "Account to use (default: the current account)" },
  },
  examples: [
    "docr credentials --output config.json",
    "docr credentials acme beta --expiry 30d --output config.json",
    "docr credentials acme --format kubernetes-secret --expiry 30d | kubectl apply -f -",
    'eval "$(docr credentials acme --read-write --expiry 15m --format env)"',
  ],
  needs: ["accounts", "issue", "issueAll", "revokeIssued", "machine", "terminal", "reporter"],
  async run({ options, args: [names] }, context) {
    const { format = "docker-config", expiry, neverExpire } = options;
    if (neverExpire && expiry !== undefined) throw exclude("--expiry", "--never-expire");
    const isManifest = format === "kubernetes-secret";
    if (!isManifest && (options.name ?? options.namespace) !== undefined) {
      throw new HelperError("bad-arguments", "--name and --namespace require --format kubernetes-secret");
    }
    const registries = parseRegistryNames(names);
    checkFormat(format, registries.length);
    const output =
      options.output === undefined
        ? undefined
        : parseOutput(options.output, context.machine.uid, clientFilesOf(context.machine));
    const place = { name: options.name, namespace: options.namespace };
    const order = {
      registries,
      context: options.context === undefined ? undefined : parseContext(options.context),
      access: options.readWrite ? "read-write" : "read-only",
      lifetime: lifetimeOf(expiry, neverExpire),
      // Check before the mint: a name that Kubernetes rejects must not cost a credential.
      approve: (found: readonly (string | undefined)[]) => void (isManifest && secretNames(found, place)),
      usage: "docr credentials NAME",
    } as const;
    const minted = await issueFor(order, context);
    if (neverExpire) {
      context.reporter.warn(
        "this credential never expires; revoke it with docr revoke when you no longer need it",
      );
    }
    const { text, json } = formatCredentials(minted, format, place);
    if (output) {
      await writeOrRevoke(output, text, minted, context);
      return describeOutput(output, format, minted, context.terminal.width);
    }
    return { text, json: options.format === undefined ? jsonOf(minted) : json };
  },
});

function lifetimeOf(expiry: string | undefined, neverExpire: boolean): Lifetime {
  if (neverExpire) return UNLIMITED;
  return limited(1000 * (expiry === undefined ? DEFAULT_SECONDS : parseExpiry(expiry)));
}

function exclude(one: string, other: string): HelperError {
  return new HelperError("bad-arguments", `${one} and ${other} cannot be combined`);
}

/** The files with the clients' own logins. */
function clientFilesOf(machine: Machine): readonly string[] {
  return [dockerConfigPath(machine), podmanAuthPath(machine)].filter((path) => path !== undefined);
}

/** Revokes the credentials if docr cannot write them, because the user would not get them. */
async function writeOrRevoke(
  output: OutputFile,
  text: string,
  minted: IssuedCredentials,
  { revokeIssued }: Pick<CommandContext, "revokeIssued">,
): Promise<void> {
  try {
    writeOutput(output, text);
  } catch (error) {
    await revokeIssued(minted.map(({ secret }) => secret));
    throw error;
  }
}

function describeOutput(
  { path, label }: OutputFile,
  format: Format,
  minted: IssuedCredentials,
  width: number | undefined,
): Result {
  const rows = minted.map((credential) => {
    const end = expiresAt(credential);
    return [
      `  ${credential.registry ?? "?"}`,
      credential.access,
      end === undefined ? "never expires" : `expires ${formatTime(end)}`,
    ];
  });
  return {
    text: `wrote ${label} (${format})\n${alignColumns(rows, width)}`,
    json: { file: path, format, credentials: minted.map(jsonWithoutSecret) },
  };
}

/** Returns an object for one credential, an array for several. */
function jsonOf(minted: IssuedCredentials): unknown {
  const [first, ...others] = minted;
  return others.length === 0 ? jsonOfCredential(first) : minted.map(jsonOfCredential);
}
