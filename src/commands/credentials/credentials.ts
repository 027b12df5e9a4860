import { type Lifetime, limited, UNLIMITED } from "../../core/lifetime.ts";
import { HelperError, isHelperError, type ErrorCode } from "../../core/errors.ts";
import { giveOut } from "../../credentials/issue.ts";
import { defineCommand, type Result } from "../command.ts";
import type { VerbPorts } from "../ports.ts";
import { isRegistryName } from "../../core/address.ts";
import type { MintedCredential } from "../../core/credential.ts";
import { type Form, formOf, FORMS, jsonOfCredential, secretNames, SYSTEM_NAMESPACE } from "./formats.ts";
import { contextOption } from "../account/login.ts";
import { parseExpiry } from "../../terminal/durations.ts";

interface CredentialsOptions {
  readonly expiry?: string | undefined;
  readonly neverExpire?: boolean;
  readonly readWrite?: boolean;
  readonly format?: Form | undefined;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly context?: string | undefined;
  readonly json?: boolean;
}

const DEFAULT_SECONDS = 3600;

export const credentialsCommand = defineCommand({
  name: "credentials",
  arguments: ["[registry]"],
  summary: "make one new credential for the registry, and print it",
  options: {
    expiry: {
      kind: "value",
      value: "time",
      description: "how long it lives: 1h30m, 90m, 30d or seconds (default: 1h)",
    },
    neverExpire: { kind: "flag", description: "let it live until somebody revokes it" },
    readWrite: { kind: "flag", description: "let it push and delete, too (default: pull alone)" },
    format: {
      kind: "value",
      value: "form",
      description: "what is printed: docker's config.json unless told",
      choices: FORMS,
    },
    name: {
      kind: "value",
      value: "name",
      description: "of the Kubernetes secret (default: registry- and the registry's name)",
    },
    namespace: {
      kind: "value",
      value: "namespace",
      description: `of the Kubernetes secret (default: ${SYSTEM_NAMESPACE})`,
    },
    context: { kind: "value", value: "name", description: "the account to use; the one in use unless told" },
  },
  examples: [
    "docr credentials > config.json",
    "docr credentials acme --format kubernetes-secret --expiry 30d | kubectl apply -f -",
    'eval "$(docr credentials acme --read-write --expiry 15m --format env)"',
  ],
  needs: ["legacy"],
  run: async ({ options, args: [registry], wantsJson }, { legacy }) =>
    credentials(legacy, registry, { ...options, json: wantsJson }),
});

/** Exactly one mint, whatever is kept: what is printed is the person's own, and docker is never given it. */
export async function credentials(
  ports: VerbPorts,
  registry: string | undefined,
  options: CredentialsOptions,
): Promise<Result> {
  const { domain, terminal } = ports;
  const form = options.format ?? "docker-config";
  const place = { name: options.name, namespace: options.namespace ?? SYSTEM_NAMESPACE };
  checkTogether(options);
  const order = {
    registry: registry === undefined ? undefined : checkRegistry(registry),
    context: options.context === undefined ? undefined : contextOption(options.context),
    access: options.readWrite === true ? "read-write" : "read-only",
    lifetime: lifeOf(options),
    // A name that Kubernetes refuses must not cost a credential that nobody gets.
    approve: (name: string | undefined) => void (form === "kubernetes-secret" && secretNames(name, place)),
  } as const;
  const minted = await terminal.spin("asking DigitalOcean", () => mint(() => giveOut(domain, order)));
  if (minted.lifetime.kind === "unlimited") {
    terminal.remark(
      "this credential never expires: revoke it in DigitalOcean's control panel when it is done",
    );
  }
  return { text: formOf(minted, form, place), json: jsonOfCredential(minted) };
}

function lifeOf({ expiry, neverExpire }: CredentialsOptions): Lifetime {
  if (neverExpire === true) return UNLIMITED;
  return limited(1000 * (expiry === undefined ? DEFAULT_SECONDS : parseExpiry(expiry)));
}

function checkTogether({ expiry, neverExpire, format, json, name, namespace }: CredentialsOptions): void {
  if (neverExpire === true && expiry !== undefined) throw exclude("--expiry", "--never-expire");
  if (json === true && format !== undefined) throw exclude("--json", "--format");
  if (format === "kubernetes-secret" || (name ?? namespace) === undefined) return;
  throw new HelperError(
    "bad-arguments",
    "--name and --namespace are for --format kubernetes-secret, which was not asked for",
  );
}

function exclude(one: string, other: string): HelperError {
  return new HelperError("bad-arguments", `${one} and ${other} exclude each other`);
}

function checkRegistry(name: string): string {
  if (isRegistryName(name)) return name;
  throw new HelperError("bad-arguments", "a registry's name is 1 to 63 of a-z, 0-9 and -", {
    hint: "docr login shows the names",
  });
}

/** What to do next, where here it is another thing than for docker. */
const HINTS: Partial<Record<ErrorCode, string>> = {
  "several-registries": "name one: docr credentials NAME",
  "api-ambiguous": "name one: docr credentials NAME",
  "api-not-found": "name a registry of this account: docr credentials NAME",
};

async function mint(work: () => Promise<MintedCredential>): Promise<MintedCredential> {
  try {
    return await work();
  } catch (error) {
    const hint = isHelperError(error) ? HINTS[error.code] : undefined;
    if (!isHelperError(error) || hint === undefined) throw error;
    throw new HelperError(error.code, error.message, { cause: error.cause, hint });
  }
}
