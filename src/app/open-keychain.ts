/** Opens the OS keychain, with the wrappers that each platform needs. */
import type { Locks } from "../core/locks.ts";
import type { SecretStore } from "../core/secret-store.ts";
import { readLoginFacts } from "../credentials/stored-logins.ts";
import { busSockets } from "../secret-service/bus-address.ts";
import type { BusAccess, BusTimeouts } from "../stores/keychain/bus-connection.ts";
import { describeKeychain } from "../stores/keychain/describe-keychain.ts";
import { createKeytarKeychain } from "../stores/keychain/keytar-keychain.ts";
import { loadKeytar } from "../stores/keychain/keytar.ts";
import { createLinuxKeychain } from "../stores/keychain/linux-keychain.ts";
import { splitLongValues } from "../stores/split-values.ts";
import type { Host } from "./host.ts";

const KEYCHAIN_TIMEOUT_MS = 5_000;
/** Time for a person to answer prompts. Shorter than the time limit of a whole response. */
const PROMPT_TIMEOUT_MS = 20_000;
const WINDOWS_SECRET_LIMIT_BYTES = 2_560;

/** The first use connects to the session bus, or loads keytar. The locks are those of this session. */
export function openKeychain(host: Host, locks: Locks): SecretStore {
  const { platform, pendingCalls } = host;
  const load = () => loadKeytar(host);
  const keytar = createKeytarKeychain({ load, platform, deadlineMs: KEYCHAIN_TIMEOUT_MS, pendingCalls });
  if (platform === "linux") {
    return createLinuxKeychain({
      bus: busAccessOf(host),
      timeouts: busTimeoutsOf(host),
      readFacts: readLoginFacts,
      readDaemon: async () => (await describeOpenKeychain(host))?.daemon,
      locks,
      libsecret: keytar,
    });
  }
  if (platform !== "win32") return keytar;
  const createId = (): string => host.sha256(host.uniqueName()).slice(0, 16);
  return splitLongValues(keytar, WINDOWS_SECRET_LIMIT_BYTES, createId);
}

/** Returns undefined if docr's keychain is not a Linux one. Throws errors of the family "store". */
export async function describeOpenKeychain(host: Host) {
  if (host.platform !== "linux") return undefined;
  return describeKeychain(busAccessOf(host), busTimeoutsOf(host));
}

function busAccessOf({ env, uid = 0, monotonicMs, binding }: Host): BusAccess {
  const sockets = busSockets(env["DBUS_SESSION_BUS_ADDRESS"] ?? "", env["XDG_RUNTIME_DIR"] ?? "");
  return { sockets, uid, monotonicMs, binding };
}

/** Without a display, no person sees a prompt. */
function busTimeoutsOf({ env }: Host): BusTimeouts {
  const hasDisplay = Boolean(env["DISPLAY"]) || Boolean(env["WAYLAND_DISPLAY"]);
  return { machineMs: KEYCHAIN_TIMEOUT_MS, personMs: hasDisplay ? PROMPT_TIMEOUT_MS : undefined };
}
