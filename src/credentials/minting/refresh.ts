import { parseAddress } from "../../core/address.ts";
import { freshnessOf } from "../../core/lifetime.ts";
import { entryOf } from "./cache-key.ts";
import { currentCredential, replaceCredential } from "./replace.ts";
import type { HelperPorts } from "../ports.ts";
import { sweep } from "../sweep.ts";

/**
 * Replaces an ageing credential of our host ahead of need, in a process on which nobody waits, and revokes those
 * that nobody can be using any more. Does nothing where another process has renewed it since.
 */
export async function renew(ports: HelperPorts, serverUrl: string): Promise<void> {
  const address = parseAddress(serverUrl);
  if (address.kind === "other") return;
  const entry = entryOf(ports.settings(), address, ports.sha256);
  const earlier = await currentCredential(ports, entry);
  if (earlier && freshnessOf(earlier, ports.clock.read()) !== "fresh") {
    await replaceCredential(ports, entry, earlier, serverUrl);
  }
  await sweep(ports);
}
