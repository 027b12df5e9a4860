import { statSync } from "node:fs";
import type { Host } from "../compose.ts";
import { LOGIN } from "../../credentials/stored-logins.ts";
import { askedAlready, type AskedKeytar } from "../../stores/keychain/asked-keytar.ts";
import { loadKeytar } from "../../stores/keychain/keytar.ts";
import { hasSessionBus } from "../../stores/keychain/session-bus.ts";
import { parseAddress } from "../../core/address.ts";
import { isPacked } from "../version.ts";
import { decodeAscii } from "../../response-cache/shared/ascii.ts";
import { isCertainlyOtherHost } from "../../response-cache/shared/fallback-note.ts";
import { configPath } from "../../response-cache/shared/key.ts";

/** No registry's address is longer. Bytes. */
const LONGEST = 1024;

/**
 * keytar, asked already for the login that a `get` with this input wants: the keychain answers in a thread of its own while the
 * rest of the program loads, which saves 2 ms. Undefined where it is not certain that this is what will be asked for: another
 * host's plain address, and nothing that could name another helper or another store. Never throws.
 */
export async function askEarly(host: Host, input: Uint8Array): Promise<AskedKeytar | undefined> {
  const { env, platform } = host;
  const text = decodeAscii(input, Math.min(input.length, LONGEST))?.trim() ?? "";
  if (platform !== "linux" || !isPacked || input.length > LONGEST || !isCertainlyOtherHost(text))
    return undefined;
  if (env["DOCR_STORE"] || env["DOCR_FALLBACK"] || !hasSessionBus(host)) return undefined;
  const address = parseAddress(text);
  if (address.kind !== "other") return undefined;
  try {
    const config = configPath(env["HOME"] ?? "", env["XDG_CONFIG_HOME"] ?? "");
    if (config !== "" && statSync(config, { throwIfNoEntry: false })) return undefined;
    return askedAlready(await loadKeytar(host), LOGIN + address.key);
  } catch {
    // The program finds the same, and says it.
    return undefined;
  }
}
