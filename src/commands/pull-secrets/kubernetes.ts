import { stringify } from "yaml";
import { HelperError } from "../../core/errors.ts";
import { dockerConfigOf, type PullLogin } from "./docker-config.ts";

export interface KubernetesSecretOptions {
  readonly name: string;
  /** Default: kubectl's current namespace. */
  readonly namespace?: string | undefined;
  /** By qualified name (`example.com/name`). They are not secret. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A manifest for `kubectl apply -f -`. */
export interface KubernetesSecret {
  readonly apiVersion: "v1";
  readonly kind: "Secret";
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly type: "kubernetes.io/dockerconfigjson";
  /** base64 of docker's config.json. */
  readonly data: { readonly ".dockerconfigjson": string };
}

/** A namespace is a DNS-1123 label. */
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** Other names are DNS-1123 subdomains. Kubernetes limits the length of the whole name, not of its parts (apimachinery). */
const SUBDOMAIN_PART = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const SUBDOMAIN_LIMIT = 253;

/** Throws `bad-arguments` for a name or namespace that Kubernetes rejects. */
export function checkKubernetesNames({
  name,
  namespace,
}: Pick<KubernetesSecretOptions, "name" | "namespace">): void {
  if (!isSubdomain(name)) {
    throw new HelperError(
      "bad-arguments",
      "the name of a Kubernetes secret must be up to 253 lower-case letters, digits, dashes and dots",
    );
  }
  if (namespace !== undefined && !LABEL.test(namespace)) {
    throw new HelperError(
      "bad-arguments",
      "a Kubernetes namespace must be up to 63 lower-case letters, digits and dashes",
    );
  }
}

/** Throws `bad-arguments` for an identity token: Kubernetes' nodes send only a user name and a password. */
export function checkNoIdentityTokens(logins: readonly PullLogin[]): void {
  const unusable = logins.find(({ identityToken }) => identityToken !== undefined);
  if (unusable) {
    throw new HelperError(
      "bad-arguments",
      `the login for ${unusable.key} is an identity token, which Kubernetes cannot use`,
      { hint: "log in with a password or an access token" },
    );
  }
}

/** Throws `bad-arguments` like both checks. */
export function kubernetesSecretOf(
  logins: readonly PullLogin[],
  options: KubernetesSecretOptions,
): KubernetesSecret {
  const { name, namespace, annotations = {} } = options;
  checkKubernetesNames(options);
  checkNoIdentityTokens(logins);
  const config = JSON.stringify(dockerConfigOf(logins));
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
    type: "kubernetes.io/dockerconfigjson",
    data: { ".dockerconfigjson": Buffer.from(config, "utf8").toString("base64") },
  };
}

/** The manifest as YAML, with a final line break. */
export function kubernetesYamlOf(manifest: KubernetesSecret): string {
  // Do not fold lines, so that users can copy the base64 text. Quote for YAML 1.1, which kubectl and PyYAML read: it treats more
  // texts as dates and booleans than 1.2.
  return stringify(manifest, { lineWidth: 0, compat: "yaml-1.1" });
}

function isSubdomain(text: string): boolean {
  return text.length <= SUBDOMAIN_LIMIT && text.split(".").every((part) => SUBDOMAIN_PART.test(part));
}
