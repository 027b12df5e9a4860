import { statSync } from "node:fs";
import type { Host } from "../host.ts";
import { LOGIN } from "../../credentials/stored-logins.ts";
import { type Keytar, SERVICE } from "../../stores/keychain/keychain.ts";
import { loadKeytar } from "../../stores/keychain/keytar.ts";
import { hasSessionBus } from "../../stores/keychain/session-bus.ts";
import { parseAddress } from "../../core/address.ts";
import { isPacked } from "../version.ts";
import { decodeAscii } from "../../response-cache/shared/ascii.ts";
import { isCertainlyOtherHost } from "../../response-cache/shared/fallback-note.ts";
import { configPath } from "../../response-cache/shared/key.ts";
import type { PendingCalls } from "../../system/pending-calls.ts";

/** Bytes. No registry's address is longer. */
const LONGEST_ADDRESS = 1024;

/**
 * Starts the keychain lookup of a `get` while the rest of the program loads. Returns keytar with that lookup running, or undefined if docr might not need the lookup. docr certainly needs it for a plain address of another
 * registry, if no setting could name another store or a fallback helper. Never throws.
 */
export async function prefetchLogin(host: Host, input: Uint8Array): Promise<Keytar | undefined> {
  const { env, platform } = host;
  const text = decodeAscii(input, Math.min(input.length, LONGEST_ADDRESS))?.trim() ?? "";
  if (platform !== "linux" || !isPacked || input.length > LONGEST_ADDRESS || !isCertainlyOtherHost(text))
    return undefined;
  if (env["DOCR_STORE"] || env["DOCR_FALLBACK"] || !hasSessionBus(host)) return undefined;
  const address = parseAddress(text);
  if (address.kind !== "other") return undefined;
  try {
    const config = configPath(env["HOME"] ?? "", env["XDG_CONFIG_HOME"] ?? "");
    if (config !== "" && statSync(config, { throwIfNoEntry: false })) return undefined;
    return withPrefetched(await loadKeytar(host), LOGIN + address.key, host.pendingCalls);
  } catch {
    // The full program runs into the same error and reports it.
    return undefined;
  }
}

/** Reads the item at once. The first `getPassword` for it returns that result; every other call goes to keytar. */
export function withPrefetched(keytar: Keytar, account: string, pendingCalls: PendingCalls): Keytar {
  let prefetched: Promise<string | null> | undefined = pendingCalls.track(
    keytar.getPassword(SERVICE, account),
  );
  // Prevents an unhandled rejection if the program never asks for the item.
  prefetched.catch(() => undefined);
  return {
    getPassword(service, name) {
      const found = service === SERVICE && name === account ? prefetched : undefined;
      if (found) prefetched = undefined;
      return found ?? keytar.getPassword(service, name);
    },
    setPassword: (service, name, password) => keytar.setPassword(service, name, password),
    deletePassword: (service, name) => keytar.deletePassword(service, name),
    findCredentials: (service) => keytar.findCredentials(service),
  };
}
