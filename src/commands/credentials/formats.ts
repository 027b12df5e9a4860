/** A minted credential in the formats of `docr credentials`. Each of them contains the secret on purpose. */
import { REGISTRY_HOST } from "../../core/address.ts";
import { type MintedCredential } from "../../core/credential.ts";
import { expiresAt } from "../../core/lifetime.ts";
import { checkKubernetesNames, kubernetesSecretOf, kubernetesYamlOf } from "../pull-secrets/kubernetes.ts";
import { isoOrNever } from "./live-table.ts";
import { authTokenOf, dockerConfigOf, type PullSecret } from "../pull-secrets/docker-config.ts";

export const FORMATS = ["docker-config", "kubernetes-secret", "auth", "env"] as const;
export type Format = (typeof FORMATS)[number];

export interface KubernetesPlace {
  /** Default: `registry-NAME`, as in doctl. */
  readonly name: string | undefined;
  readonly namespace: string;
}

/** doctl's default. DigitalOcean's operator copies secrets from there into every namespace. */
export const SYSTEM_NAMESPACE = "kube-system";
/** Asks the operator to copy the secret (doctl, commands/registry.go). */
const OPERATOR_ANNOTATION = "digitalocean.com/dosecret-identifier";
const EXPIRY_ANNOTATION = "docker-credential-docr/expires-at";

/** The manifest's name and namespace. Throws `bad-arguments` for what Kubernetes rejects. */
export function secretNames(registry: string | undefined, { name, namespace }: KubernetesPlace) {
  const names = { name: name ?? `registry-${registry ?? "digitalocean"}`, namespace };
  checkKubernetesNames(names);
  return names;
}

export function formatCredential(
  credential: MintedCredential,
  format: Format,
  place: KubernetesPlace,
): string {
  switch (format) {
    case "docker-config":
      return `${JSON.stringify(dockerConfigOf(pullSecretOf(credential)), null, 2)}\n`;
    case "kubernetes-secret":
      return manifestOf(credential, place);
    case "auth":
      return `${authTokenOf(credential)}\n`;
    case "env":
      return exportsOf(credential);
  }
}

export function jsonOfCredential(credential: MintedCredential): unknown {
  return {
    host: REGISTRY_HOST,
    registry: credential.registry ?? null,
    username: credential.username.reveal(),
    password: credential.secret.reveal(),
    auth: authTokenOf(credential),
    access: credential.access,
    mintedAt: isoOrNever(credential.mintedAt.now),
    expiresAt: isoOrNever(expiresAt(credential)),
  };
}

function pullSecretOf(credential: MintedCredential): PullSecret {
  return { hosts: [REGISTRY_HOST], credential };
}

function manifestOf(credential: MintedCredential, place: KubernetesPlace): string {
  const names = secretNames(credential.registry, place);
  const expires = isoOrNever(expiresAt(credential));
  const annotations = {
    ...(names.namespace === SYSTEM_NAMESPACE && { [OPERATOR_ANNOTATION]: names.name }),
    ...(expires !== null && { [EXPIRY_ANNOTATION]: expires }),
  };
  return kubernetesYamlOf(kubernetesSecretOf(pullSecretOf(credential), { ...names, annotations }));
}

/** For `eval` in a POSIX shell. docker 28.3 and later, and GitLab, read DOCKER_AUTH_CONFIG. */
function exportsOf(credential: MintedCredential): string {
  const variables = {
    DOCKER_AUTH_CONFIG: JSON.stringify(dockerConfigOf(pullSecretOf(credential))),
    REGISTRY_HOST,
    REGISTRY_USERNAME: credential.username.reveal(),
    REGISTRY_PASSWORD: credential.secret.reveal(),
  };
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${quoted(value)}\n`)
    .join("");
}

/** In single quotes a shell changes nothing. A quote itself ends them, is escaped, and opens them again. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
