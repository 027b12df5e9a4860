import { credentialOf, loginOf } from "../../client-config/client-login.ts";
import { type ClientLogin, helperOf, loginIn, type Resolved } from "../../client-config/types.ts";
import { HelperError, isHelperError } from "../../core/errors.ts";
import { defineCommand, type Result } from "../command.ts";
import type { VerbPorts } from "../ports.ts";
import { REGISTRY_HOST } from "../../core/address.ts";
import { clientKeyOf } from "../../core/image.ts";
import { kubernetesSecretOf, kubernetesYamlOf } from "./kubernetes.ts";
import { authTokenOf, openCredential, type PullSecret } from "./docker-config.ts";
import { resolveAloud } from "../images/resolve-aloud.ts";
import { checkedKey, CLIENT_OPTION, type ClientOptions, KEY_OPTION, parseTarget } from "../images/target.ts";

const FORMATS = ["auth", "kubernetes-secret", "username-password"] as const;

interface SecretFlags extends ClientOptions {
  readonly format: (typeof FORMATS)[number];
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}

export const secretCommand = defineCommand({
  name: "secret",
  arguments: ["<image|host>"],
  summary: "print a registry's login as a platform wants it that pulls for you",
  options: {
    client: CLIENT_OPTION,
    key: KEY_OPTION,
    format: {
      kind: "value",
      value: "format",
      description:
        "base64 of user:password, a manifest for kubectl, or user name and password on a line each",
      choices: FORMATS,
      default: "auth",
    },
    name: {
      kind: "value",
      value: "name",
      description: "of the Kubernetes secret (default: the registry's host)",
    },
    namespace: { kind: "value", value: "namespace", description: "of the Kubernetes secret" },
  },
  examples: [
    "docr secret ghcr.io",
    "DOCKER_CONFIG=/srv/bot/.docker docr secret ghcr.io",
    "docr secret docker.io --format username-password --json",
    "docr secret ghcr.io --format kubernetes-secret --name pull --namespace web | kubectl apply -f -",
  ],
  needs: ["legacy"],
  run: async ({ options, args: [target] }, { legacy }) => secret(legacy, target, options),
});

/** From whichever file or helper has it. Throws `no-login` where none does. */
export async function secret(ports: VerbPorts, text: string, flags: SecretFlags): Promise<Result> {
  if (flags.format !== "kubernetes-secret" && (flags.name ?? flags.namespace) !== undefined) {
    throw new HelperError("bad-arguments", "--name and --namespace are for --format kubernetes-secret");
  }
  const { host, repository } = parseTarget(text);
  const key = checkedKey(flags.key);
  const resolved = await resolveAloud(ports, host, flags.client, { repository, key });
  const login = loginIn(resolved) ?? (await ownLogin(ports, resolved, host, key));
  const pull = pullSecretOf(login, resolved.client, host, key);
  if (host === REGISTRY_HOST && helperOf(resolved) === "docr") {
    ports.terminal.remark("this credential is a short-lived one; docr credentials makes one for a platform");
  }
  switch (flags.format) {
    case "auth": {
      const auth = authTokenOf(pull.credential);
      return { text: `${auth}\n`, json: { host, auth } };
    }
    case "username-password": {
      const { username, password } = openCredential(pull.credential);
      return { text: `${username}\n${password}\n`, json: { host, username, password } };
    }
    case "kubernetes-secret": {
      const name = flags.name ?? secretNameOf(host);
      const manifest = kubernetesSecretOf(pull, { name, namespace: flags.namespace });
      return { text: kubernetesYamlOf(manifest), json: manifest };
    }
  }
}

/** With our own login where the client finds none: it may only not be configured to ask us. */
async function ownLogin(
  { helper, terminal }: VerbPorts,
  resolved: Resolved,
  host: string,
  key: string | undefined,
): Promise<ClientLogin | undefined> {
  if (helperOf(resolved) === "docr") return undefined;
  try {
    const ours = loginOf(await helper.get(key ?? clientKeyOf(host)));
    terminal.remark(`${resolved.client} has no login for ${host}; this is the one that docr keeps`);
    return ours;
  } catch (error) {
    if (isHelperError(error) && ["not-found", "keychain-missing"].includes(error.code)) return undefined;
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
      hint: `log in: ${client} login ${host}, or docr registry add ${host}`,
    });
  }
  const identityToken = login.kind === "identity-token" ? login.token : undefined;
  return { hosts: [key ?? clientKeyOf(host)], credential, identityToken };
}

/** The host, as far as it can be a name in Kubernetes. */
function secretNameOf(host: string): string {
  return host
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, "-")
    .replace(/^-|-$/g, "");
}
