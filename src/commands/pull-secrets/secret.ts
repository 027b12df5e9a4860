import { credentialOf, loginOf } from "../../client-config/client-login.ts";
import { type ClientLogin, helperOf, loginIn, type Resolved } from "../../client-config/types.ts";
import { REGISTRY_HOST } from "../../core/address.ts";
import { HelperError, isHelperError } from "../../core/errors.ts";
import { clientKeyOf } from "../../core/image.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { resolveAndWarn } from "../images/resolve-and-warn.ts";
import {
  CLIENT_OPTION,
  KEY_OPTION,
  parseKey,
  parseTarget,
  serverUrlOf,
  type Target,
} from "../images/target.ts";
import { authTokenOf, openCredential, type PullSecret } from "./docker-config.ts";
import { kubernetesSecretOf, kubernetesYamlOf } from "./kubernetes.ts";

const FORMATS = ["auth", "kubernetes-secret", "username-password"] as const;

/** Prints the login from the file or helper that has it. Throws `no-login` if the client has none. */
export const secretCommand = defineCommand({
  name: "secret",
  arguments: ["<image|host>"],
  summary: "Print a registry login for Kubernetes or CI",
  options: {
    client: CLIENT_OPTION,
    key: KEY_OPTION,
    format: {
      kind: "value",
      value: "format",
      description:
        "Output: base64 of USER:PASSWORD, a manifest for kubectl, or user name and password on two lines",
      choices: FORMATS,
      default: "auth",
    },
    name: {
      kind: "value",
      value: "name",
      description: "Name of the Kubernetes secret (default: the registry's host)",
    },
    namespace: { kind: "value", value: "namespace", description: "Namespace of the Kubernetes secret" },
  },
  examples: [
    "docr secret ghcr.io",
    "DOCKER_CONFIG=/srv/bot/.docker docr secret ghcr.io",
    "docr secret docker.io --format username-password --json",
    "docr secret ghcr.io --format kubernetes-secret --name pull --namespace web | kubectl apply -f -",
  ],
  needs: ["clients", "helper", "reporter"],
  async run({ options: { client, format, name, namespace, ...options }, args: [text] }, context) {
    if (format !== "kubernetes-secret" && (name ?? namespace) !== undefined) {
      throw new HelperError("bad-arguments", "--name and --namespace require --format kubernetes-secret");
    }
    const target = parseTarget(text);
    const { host, repository } = target;
    const key = parseKey(options.key);
    const resolved = await resolveAndWarn(context, host, client, { repository, key });
    const login = loginIn(resolved) ?? (await findOwnLogin(context, resolved, target, key));
    const pull = pullSecretOf(login, client, host, key);
    if (host === REGISTRY_HOST && helperOf(resolved) === "docr") {
      context.reporter.warn(
        "this credential is short-lived; create one for a platform with docr credentials",
      );
    }
    switch (format) {
      case "auth": {
        const auth = authTokenOf(pull.credential);
        return { text: `${auth}\n`, json: { host, auth } };
      }
      case "username-password": {
        const { username, password } = openCredential(pull.credential);
        return { text: `${username}\n${password}\n`, json: { host, username, password } };
      }
      case "kubernetes-secret": {
        const manifest = kubernetesSecretOf(pull, { name: name ?? secretNameOf(host), namespace });
        return { text: kubernetesYamlOf(manifest), json: manifest };
      }
    }
  },
});

/** docr's own login if the client has none: the client may not be configured to ask docr. */
async function findOwnLogin(
  { helper, reporter }: Pick<CommandContext, "helper" | "reporter">,
  resolved: Resolved,
  target: Target,
  key: string | undefined,
): Promise<ClientLogin | undefined> {
  if (helperOf(resolved) === "docr") return undefined;
  try {
    const login = loginOf(await helper.get(key ?? serverUrlOf(target)));
    reporter.warn(`${resolved.client} has no login for ${target.host}; this is the one in docr's store`);
    return login;
  } catch (error) {
    if (isHelperError(error, "not-found") || isHelperError(error, "keychain-missing")) return undefined;
    throw error;
  }
}

function pullSecretOf(
  login: ClientLogin | undefined,
  client: string,
  host: string,
  key: string | undefined,
): PullSecret {
  if (login?.kind === "registry-token") {
    throw new HelperError("no-login", `${client} has a registry token for ${host} and no password`, {
      hint: `log in with a user name and a password: ${client} login ${host}`,
    });
  }
  const credential = login && credentialOf(login);
  if (!credential) {
    throw new HelperError("no-login", `${client} has no login for ${host}`, {
      hint: `run ${client} login ${host}, or docr registry add ${host}`,
    });
  }
  const identityToken = login.kind === "identity-token" ? login.token : undefined;
  return { hosts: [key ?? clientKeyOf(host)], credential, identityToken };
}

/** The host in the characters that a name in Kubernetes may have. */
function secretNameOf(host: string): string {
  return host
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, "-")
    .replace(/^-|-$/g, "");
}
