import type { Host } from "./compose.ts";
import { HelperError } from "../core/errors.ts";
import type { SecretStore } from "../core/secret-store.ts";
import { LOGIN } from "../credentials/stored-logins.ts";
import type { Turns } from "../credentials/ports.ts";
import { inTurns } from "../stores/keychain/serialized.ts";
import { createKeychain } from "../stores/keychain/keychain.ts";
import { withNameIndex } from "../stores/keychain/name-index.ts";
import { hasSessionBus } from "../stores/keychain/session-bus.ts";
import { splitLongValues } from "../stores/split-values.ts";

const KEYCHAIN_DEADLINE_MS = 5_000;
const WINDOWS_SECRET_LIMIT = 2_560;

/** The OS keychain with what each platform's needs around it. keytar is loaded at the first use. */
export function openKeychain(host: Host, uniqueName: () => string, turns: Turns): SecretStore {
  const keychain = createKeychain({
    load: async () => {
      if (host.keytar) return host.keytar;
      if (!hasSessionBus(host)) {
        throw new HelperError("keychain-missing", "there is no keychain in this session");
      }
      const { loadKeytar } = await import("../stores/keychain/keytar.ts");
      return loadKeytar(host);
    },
    deadlineMs: KEYCHAIN_DEADLINE_MS,
    mayHideLocked: host.platform === "linux",
    pendingCalls: host.pendingCalls,
  });
  if (host.platform === "linux") {
    const indexed = withNameIndex(keychain, {
      prefix: LOGIN,
      now: () => host.clock().now,
      createSearchId: uniqueName,
    });
    return inTurns(indexed, turns);
  }
  if (host.platform !== "win32") return keychain;
  const createId = (): string => host.sha256(uniqueName()).slice(0, 16);
  return splitLongValues(keychain, WINDOWS_SECRET_LIMIT, createId);
}
