import { HelperError } from "../../core/errors.ts";
import { parseAddress, plainHostOf, REGISTRY_HOST, type Address } from "../../core/address.ts";
import { type Credential } from "../../core/credential.ts";
import { freshnessOf } from "../../core/lifetime.ts";
import { Secret } from "../../core/secret.ts";
import { entryOf } from "./cache-key.ts";
import type { HelperPorts } from "../ports.ts";
import { currentCredential, offerWarm, replaceCredential } from "./replace.ts";

/**
 * Our host: the credential that is kept, else a new one minted from an API token, else a login that somebody
 * stored. Any other host: the login that somebody stored.
 */
export async function get(ports: HelperPorts, serverUrl: string): Promise<Credential> {
  const address = parseAddress(serverUrl);
  ports.trace("get", { ours: address.kind === "docr", host: hostOf(address) });
  if (address.kind === "other") return storedLogin(ports, address.key);

  const entry = entryOf(ports.settings(), address, ports.sha256);
  const earlier = await currentCredential(ports, entry);
  const age = earlier ? freshnessOf(earlier, ports.clock.read()) : "expired";
  if (earlier && (age === "fresh" || age === "refresh-due")) {
    if (age === "refresh-due") ports.background.renew(entry.key, serverUrl);
    ports.trace("cached", { age, access: earlier.access, registry: earlier.registry });
    if (age === "fresh") await offerWarm(ports, entry, serverUrl, earlier);
    return earlier;
  }
  const minted = await replaceCredential(ports, entry, earlier, serverUrl);
  return minted ?? storedLogin(ports, REGISTRY_HOST);
}

/** For the trace. */
function hostOf(address: Address): string {
  if (address.kind === "docr") return REGISTRY_HOST;
  return plainHostOf(address.key) ?? "unusual";
}

async function storedLogin(ports: HelperPorts, key: string): Promise<Credential> {
  const login = await ports.logins.read(key);
  ports.trace(login ? "login" : "not-found");
  if (!login) throw new HelperError("not-found", "credentials not found in native keychain");
  return { username: new Secret(login.username), secret: login.secret };
}
