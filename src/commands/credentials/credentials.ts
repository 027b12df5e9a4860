import { isRegistryName } from "../../core/address.ts";
import { type ErrorCode, HelperError, isHelperError } from "../../core/errors.ts";
import { type Lifetime, limited, UNLIMITED } from "../../core/lifetime.ts";
import { undefinedIfFailed } from "../../credentials/best-effort.ts";
import { parseContext } from "../account/context-option.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { parseExpiry } from "./expiry.ts";
import { formatCredential, FORMATS, jsonOfCredential, secretNames, SYSTEM_NAMESPACE } from "./formats.ts";

const DEFAULT_SECONDS = 3600;

/** Mints exactly one credential, whatever is cached. It belongs to the user: docr never returns it to docker. */
export const credentialsCommand = defineCommand({
  name: "credentials",
  arguments: ["[registry]"],
  summary: "Create a registry credential and print it",
  options: {
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
    namespace: {
      kind: "value",
      value: "namespace",
      description: `Namespace of the Kubernetes secret (default: ${SYSTEM_NAMESPACE})`,
    },
    context: { kind: "value", value: "name", description: "Account to use (default: the current account)" },
  },
  examples: [
    "docr credentials > config.json",
    "docr credentials acme --format kubernetes-secret --expiry 30d | kubectl apply -f -",
    'eval "$(docr credentials acme --read-write --expiry 15m --format env)"',
  ],
  needs: ["accounts", "issue", "terminal", "reporter"],
  async run({ options, args: [name], wantsJson }, { accounts, issue, terminal, reporter }) {
    const { format, expiry, neverExpire } = options;
    if (neverExpire && expiry !== undefined) throw exclude("--expiry", "--never-expire");
    if (wantsJson && format !== undefined) throw exclude("--json", "--format");
    const isManifest = format === "kubernetes-secret";
    if (!isManifest && (options.name ?? options.namespace) !== undefined) {
      throw new HelperError("bad-arguments", "--name and --namespace require --format kubernetes-secret");
    }
    const place = { name: options.name, namespace: options.namespace ?? SYSTEM_NAMESPACE };
    const order = {
      registry: name === undefined ? undefined : parseRegistryName(name),
      context: options.context === undefined ? undefined : parseContext(options.context),
      access: options.readWrite ? "read-write" : "read-only",
      lifetime: lifetimeOf(expiry, neverExpire),
      // Before the mint: a name that Kubernetes rejects must not cost a credential.
      approve: (registry: string | undefined) => void (isManifest && secretNames(registry, place)),
    } as const;
    const minted = await terminal.spin("asking DigitalOcean", async () => {
      try {
        return await issue(order);
      } catch (error) {
        throw isHelperError(error) ? await explain(error, order, accounts) : error;
      }
    });
    if (minted.lifetime.kind === "unlimited") {
      reporter.warn(
        "this credential never expires; revoke it in DigitalOcean's control panel when you no longer need it",
      );
    }
    return {
      text: formatCredential(minted, format ?? "docker-config", place),
      json: jsonOfCredential(minted),
    };
  },
});

function lifetimeOf(expiry: string | undefined, neverExpire: boolean): Lifetime {
  if (neverExpire) return UNLIMITED;
  return limited(1000 * (expiry === undefined ? DEFAULT_SECONDS : parseExpiry(expiry)));
}

function exclude(one: string, other: string): HelperError {
  return new HelperError("bad-arguments", `${one} and ${other} cannot be combined`);
}

function parseRegistryName(name: string): string {
  if (isRegistryName(name)) return name;
  throw new HelperError("bad-arguments", "a registry name has 1 to 63 characters of a-z, 0-9 and -", {
    hint: "docr login lists the names",
  });
}

/** Hints that name this command, where a `get` for docker has another. */
const HINTS: Partial<Record<ErrorCode, string>> = {
  "several-registries": "name one: docr credentials NAME",
  "api-ambiguous": "name one: docr credentials NAME",
  "api-not-found": "name a registry of this account: docr credentials NAME",
};

interface Owner {
  readonly registry: string | undefined;
  readonly context: string | undefined;
}

async function explain(
  error: HelperError,
  owner: Owner,
  accounts: CommandContext["accounts"],
): Promise<HelperError> {
  const { code, message, cause } = error;
  if (code === "api-not-found" && owner.registry !== undefined) {
    const names = await undefinedIfFailed(() => accounts.listRegistries(owner));
    if (names?.includes(owner.registry) === false) return noSuchRegistry(owner.registry, names, error);
  }
  const hint = HINTS[code];
  return hint === undefined ? error : new HelperError(code, message, { cause, hint });
}

function noSuchRegistry(name: string, names: readonly string[], cause: HelperError): HelperError {
  const [first, ...others] = names;
  const hint =
    first === undefined
      ? "it has none; create one: doctl registry create NAME"
      : others.length === 0
        ? `its only registry is ${first}`
        : `its registries are ${listNames(names)}`;
  return new HelperError(cause.code, `this account has no registry named ${name}`, { cause, hint });
}

/** `a, b and c`. */
function listNames(names: readonly string[]): string {
  return `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}
