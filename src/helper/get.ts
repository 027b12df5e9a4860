import { HelperError } from "../errors.ts";
import { parseAddress, REGISTRY_HOST } from "../registry/address.ts";
import { isFresh, type Credential } from "../registry/credential.ts";
import { Secret } from "../secret.ts";
import { entryKey } from "./entry-key.ts";
import { mintCredential } from "./mint.ts";
import type { HelperPorts } from "./ports.ts";

/**
 * Our host: a kept credential that is fresh, else a new one minted from an API token, else a login that
 * somebody stored. Any other host: the login that somebody stored.
 */
export async function get(ports: HelperPorts, serverUrl: string): Promise<Credential> {
  const address = parseAddress(serverUrl);
  if (address.kind === "other") return storedLogin(ports, address.key);

  const settings = ports.settings();
  const named = address.registry ?? settings.registry;
  const { kept, marks } = ports.minted();
  const key = entryKey(settings, settings.apiToken, named, ports.sha256);
  const earlier = await quietly(() => kept?.read(key));
  if (earlier && isFresh(earlier, ports.clock.now())) return earlier;

  const token = settings.apiToken ?? (await ports.apiTokens.read());
  if (!token) return storedLogin(ports, REGISTRY_HOST);

  const order = { token, named, remembered: earlier?.registry };
  const minted = await mintCredential(await ports.api(), settings, order, ports.notices);
  await quietly(() => marks.remember(minted));
  await quietly(() => kept?.write(key, minted));
  return minted;
}

async function storedLogin(ports: HelperPorts, key: string): Promise<Credential> {
  const login = await ports.logins.read(key);
  if (!login) throw new HelperError("not-found", "credentials not found in native keychain");
  return { username: new Secret(login.username), secret: login.secret };
}

/**
 * A cache that cannot be read or written costs a mint, never the answer: a runner without a keychain, or
 * with a full disk, still pulls.
 */
async function quietly<T>(work: () => Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await work();
  } catch {
    return undefined;
  }
}
