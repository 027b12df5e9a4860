import { REGISTRY_HOST } from "../../core/address.ts";
import type { Credential } from "../../core/credential.ts";
import { HelperError } from "../../core/errors.ts";
import { defineCommand, type Result } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { CLIENT_OPTION, KEY_OPTION, parseKey, parseTarget, type Target } from "../images/target.ts";
import { findClientLogin, type TargetLogin } from "./client-logins.ts";
import { authTokenOf, dockerConfigOf, dockerConfigTextOf, openCredential } from "./docker-config.ts";
import { checkIssued, DEFAULT_EXPIRY, issueForTargets } from "./issued-logins.ts";
import {
  checkKubernetesNames,
  checkNoIdentityTokens,
  kubernetesSecretOf,
  kubernetesYamlOf,
} from "./kubernetes.ts";
import { checkTargetLogin } from "./login-check.ts";
import { expiryAnnotationsOf, pullLoginsOf } from "./minted-logins.ts";

const FORMATS = ["auth", "docker-config", "kubernetes-secret", "username-password"] as const;

const NEEDS = [
  "accounts",
  "issue",
  "issueAll",
  "revokeIssued",
  "clients",
  "helper",
  "registries",
  "terminal",
  "reporter",
] as const satisfies readonly (keyof CommandContext)[];

/**
 * Prints logins from the clients' files or helpers. For DigitalOcean's registry, issues a credential instead, because the next logout
 * would revoke the cached one. Throws `no-login` if the client has no login.
 */
export const secretCommand = defineCommand({
  name: "secret",
  arguments: ["<image|host...>"],
  summary: "Print registry logins for Kubernetes or CI",
  options: {
    client: CLIENT_OPTION,
    key: KEY_OPTION,
    format: {
      kind: "value",
      value: "format",
      description:
        "Output: base64 of USER:PASSWORD, docker's config.json, a manifest for kubectl, or user name and password on two lines",
      choices: FORMATS,
      default: "auth",
    },
    name: {
      kind: "value",
      value: "name",
      description: "Name of the Kubernetes secret (default: the registry's host)",
    },
    namespace: { kind: "value", value: "namespace", description: "Namespace of the Kubernetes secret" },
    expiry: {
      kind: "value",
      value: "time",
      description: `Lifetime of a credential for ${REGISTRY_HOST} (default: ${DEFAULT_EXPIRY})`,
    },
    check: {
      kind: "flag",
      description: "Ask each registry first, and print nothing if one rejects the login",
    },
  },
  examples: [
    "docr secret ghcr.io",
    "DOCKER_CONFIG=/srv/bot/.docker docr secret ghcr.io --check",
    "docr secret docker.io --format username-password --json",
    "docr secret ghcr.io quay.io --format docker-config > config.json",
    "docr secret ghcr.io quay.io --format kubernetes-secret --name pull | kubectl apply -f -",
    `docr secret ${REGISTRY_HOST}/acme --expiry 90d --format docker-config > config.json`,
  ],
  exitCodes: { 0: "success", 1: "failure", 2: "wrong usage", 3: "no login", 4: "rejected, with --check" },
  needs: NEEDS,
  async run({ options: { client, format, name, namespace, ...options }, args: [texts] }, context) {
    if (format !== "kubernetes-secret" && (name ?? namespace) !== undefined) {
      throw new HelperError("bad-arguments", "--name and --namespace require --format kubernetes-secret");
    }
    const targets = texts.map(parseTarget);
    const key = parseKey(options.key);
    checkSeveral(targets, format, key);
    const place = { name: name ?? secretNameOf(targets), namespace };
    if (format === "kubernetes-secret") checkKubernetesNames(place);

    const own = key === undefined ? targets.filter(({ host }) => host === REGISTRY_HOST) : [];
    const others = targets.filter((target) => !own.includes(target));
    const logins: TargetLogin[] = [];
    const collect = async (target: Target): Promise<void> => {
      const found = await findClientLogin(context, target, client, key);
      if (options.check) await checkTargetLogin(target, found.login, context);
      logins.push(found);
    };
    for (const target of others) await collect(target);
    if (format === "kubernetes-secret") checkNoIdentityTokens(logins);
    // Issue last: a failure above must not cost a credential.
    const issued = await issueForTargets(own, options.expiry, context);
    if (issued.length === 0) for (const target of own) await collect(target);
    else if (options.check) await checkIssued(issued, own, context);

    const annotations = expiryAnnotationsOf(issued);
    const all = [...logins, ...pullLoginsOf(issued)];
    const [first] = all;
    if (!first) throw new HelperError("internal", "no login was found");
    switch (format) {
      case "docker-config":
        return { text: dockerConfigTextOf(all), json: dockerConfigOf(all) };
      case "kubernetes-secret": {
        const manifest = kubernetesSecretOf(all, { ...place, annotations });
        return { text: kubernetesYamlOf(manifest), json: manifest };
      }
      case "auth":
      case "username-password":
        return describeOne(targets[0]?.host ?? "", first.credential, format);
    }
  },
});

function describeOne(host: string, credential: Credential, format: "auth" | "username-password"): Result {
  if (format === "auth") {
    const auth = authTokenOf(credential);
    return { text: `${auth}\n`, json: { host, auth } };
  }
  const { username, password } = openCredential(credential);
  return { text: `${username}\n${password}\n`, json: { host, username, password } };
}

function checkSeveral(
  targets: readonly Target[],
  format: (typeof FORMATS)[number],
  key: string | undefined,
): void {
  if (targets.length < 2) return;
  if (key !== undefined) throw new HelperError("bad-arguments", "--key is for one registry");
  if (format === "docker-config" || format === "kubernetes-secret") return;
  throw new HelperError("bad-arguments", `--format ${format} prints one login`, {
    hint: "use --format docker-config or kubernetes-secret for several registries",
  });
}

/** The host, with characters that Kubernetes accepts in a name. */
function secretNameOf([first, ...others]: readonly Target[]): string {
  if (others.length > 0 || !first) return "registry-logins";
  return first.host
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, "-")
    .replace(/^-|-$/g, "");
}
