/** Formats minted credentials for `docr credentials`. Each format contains the secret on purpose. */
import { REGISTRY_HOST } from "../../core/address.ts";
import type { MintedCredential } from "../../core/credential.ts";
import { HelperError } from "../../core/errors.ts";
import { expiresAt } from "../../core/lifetime.ts";
import { authTokenOf, dockerConfigOf, dockerConfigTextOf } from "../pull-secrets/docker-config.ts";
import { checkKubernetesNames, kubernetesSecretOf, kubernetesYamlOf } from "../pull-secrets/kubernetes.ts";
import { expiryAnnotationsOf, pullLoginsOf } from "../pull-secrets/minted-logins.ts";
import { isoOrNever } from "./live-table.ts";

export const FORMATS = ["docker-config", "kubernetes-secret", "auth", "env"] as const;
export type Format = (typeof FORMATS)[number];

export interface KubernetesPlace {
  /** Default: `registry-NAME`, as in doctl. */
  readonly name: string | undefined;
  /** Default: kubectl's. */
  readonly namespace: string | undefined;
}

/** DigitalOcean's operator copies secrets from this namespace into every other one. */
const SYSTEM_NAMESPACE = "kube-system";
/** Asks the operator to copy the secret (doctl, commands/registry.go). */
const OPERATOR_ANNOTATION = "digitalocean.com/dosecret-identifier";

/** Returns the manifest's name and namespace. Throws `bad-arguments` if Kubernetes would reject them. */
export function secretNames(
  registries: readonly (string | undefined)[],
  { name, namespace }: KubernetesPlace,
): { readonly name: string; readonly namespace: string | undefined } {
  const [only, ...others] = registries;
  const label = others.length === 0 ? (only ?? "digitalocean") : "digitalocean";
  const names = { name: name ?? `registry-${label}`, namespace };
  checkKubernetesNames(names);
  return names;
}

/** Throws `bad-arguments` for several registries if the format is for one credential. */
export function checkFormat(format: Format, registries: number): void {
  if (registries < 2 || format === "docker-config" || format === "kubernetes-secret") return;
  throw new HelperError("bad-arguments", `--format ${format} prints one credential`, {
    hint: "use --format docker-config or kubernetes-secret for several registries",
  });
}

export interface FormattedCredentials {
  readonly text: string;
  /** The same for `--json`. */
  readonly json: unknown;
}

/** At least one credential, and only as many as `checkFormat` accepts. */
export function formatCredentials(
  credentials: readonly [MintedCredential, ...MintedCredential[]],
  format: Format,
  place: KubernetesPlace,
): FormattedCredentials {
  const [first] = credentials;
  const logins = pullLoginsOf(credentials);
  switch (format) {
    case "docker-config":
      return { text: dockerConfigTextOf(logins), json: dockerConfigOf(logins) };
    case "kubernetes-secret": {
      const names = secretNames(
        credentials.map(({ registry }) => registry),
        place,
      );
      const annotations = {
        ...(names.namespace === SYSTEM_NAMESPACE && { [OPERATOR_ANNOTATION]: names.name }),
        ...expiryAnnotationsOf(credentials),
      };
      const manifest = kubernetesSecretOf(logins, { ...names, annotations });
      return { text: kubernetesYamlOf(manifest), json: manifest };
    }
    case "auth": {
      const auth = authTokenOf(first);
      return { text: `${auth}\n`, json: { host: REGISTRY_HOST, registry: first.registry ?? null, auth } };
    }
    case "env": {
      const variables = variablesOf(first);
      return { text: exportsOf(variables), json: variables };
    }
  }
}

/** Returns the credential with its secret. */
export function jsonOfCredential(credential: MintedCredential): unknown {
  return {
    host: REGISTRY_HOST,
    registry: credential.registry ?? null,
    username: credential.username.reveal(),
    password: credential.secret.reveal(),
    auth: authTokenOf(credential),
    ...jsonWithoutSecret(credential),
  };
}

/** Describes the credential without its secret. */
export function jsonWithoutSecret(credential: MintedCredential): Readonly<Record<string, unknown>> {
  return {
    registry: credential.registry ?? null,
    access: credential.access,
    mintedAt: isoOrNever(credential.mintedAt.now),
    expiresAt: isoOrNever(expiresAt(credential)),
  };
}

/** docker 28.3 and later, and GitLab, read DOCKER_AUTH_CONFIG. */
function variablesOf(credential: MintedCredential): Readonly<Record<string, string>> {
  return {
    DOCKER_AUTH_CONFIG: JSON.stringify(dockerConfigOf(pullLoginsOf([credential]))),
    REGISTRY_HOST,
    REGISTRY_USERNAME: credential.username.reveal(),
    REGISTRY_PASSWORD: credential.secret.reveal(),
  };
}

/** Returns `export` commands for `eval` in a POSIX shell. */
function exportsOf(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${quoted(value)}\n`)
    .join("");
}

/** Quotes the text for a shell. In single quotes, a shell interprets nothing; a single quote becomes `'\''`. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
