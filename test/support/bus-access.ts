import { nodeBinding } from "../../src/app/host.ts";
import type { BusAccess } from "../../src/stores/keychain/bus-connection.ts";

/** Access for this user and with this process's clock to a session bus at one of these sockets. */
export function accessToBus(...sockets: readonly string[]): BusAccess {
  return {
    sockets,
    uid: process.getuid?.() ?? 0,
    monotonicMs: () => performance.now(),
    binding: nodeBinding,
  };
}
