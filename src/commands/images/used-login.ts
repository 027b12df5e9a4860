import { credentialOf } from "../../client-config/client-login.ts";
import { helperOf, loginIn, type Resolved, settingOf } from "../../client-config/types.ts";
import { isHelperError } from "../../core/errors.ts";
import type { VerbPorts } from "../ports.ts";
import type { RegistryLogin } from "../../oci/session.ts";
import { REGISTRY_HOST } from "../../core/address.ts";
import type { Image } from "../../core/image.ts";
import { resolveAloud } from "./resolve-aloud.ts";

/** What is shown to a registry, and where it came from. */
export interface UsedLogin {
  /** Undefined asks as anybody may. */
  readonly login: RegistryLogin | undefined;
  /** Where it came from, in words. */
  readonly words: string;
  /** The same for scripts. */
  readonly json: Readonly<Record<string, string | undefined>>;
}

/**
 * The login that the client would use for the image. Our own host is answered by ourselves where no client is configured
 * to ask us. Throws what the client's files and helpers throw.
 */
export async function findLogin(
  ports: VerbPorts,
  image: Image,
  client: "docker" | "podman",
): Promise<UsedLogin> {
  const resolved = await resolveAloud(ports, image.host, client, { repository: image.repository });
  const login = registryLoginIn(resolved);
  const helper = helperOf(resolved);
  const kind = settingOf(resolved);
  // docker falls back to a store that it finds on the machine (credentials.DetectDefaultStore): that is no configuration.
  if (!login && helper !== "docr" && image.host === REGISTRY_HOST) return findOurs(ports, client);
  const { source, key } = resolved;
  const from =
    helper === undefined ? `${kind} in ${source}` : `docker-credential-${helper} (${kind} in ${source})`;
  const words = kind === "none" ? `none: ${client} has none for ${key}` : login ? from : `none in ${from}`;
  return { login, words, json: { client, source, kind, helper, key } };
}

function registryLoginIn(resolved: Resolved): RegistryLogin | undefined {
  const login = loginIn(resolved);
  if (login === undefined) return undefined;
  return login.kind === "registry-token" ? { registryToken: login.token } : credentialOf(login);
}

async function findOurs({ helper }: VerbPorts, client: string): Promise<UsedLogin> {
  const json = { client, source: "docr", kind: "none", helper: "docr", key: REGISTRY_HOST };
  try {
    const login = await helper.get(REGISTRY_HOST);
    return { login, words: `docr itself: ${client} is not configured to ask it (docr configure)`, json };
  } catch (error) {
    if (!isHelperError(error) || error.code !== "not-found") throw error;
    return { login: undefined, words: `none: neither ${client} nor docr has one (docr login)`, json };
  }
}
