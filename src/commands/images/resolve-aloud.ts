import type { Clients } from "../../client-config/resolve.ts";
import type { Resolved } from "../../client-config/types.ts";
import type { VerbPorts } from "../ports.ts";

/** What a client would use, with what it should be told of on the way told. Throws what `Clients.resolve` throws. */
export async function resolveAloud(
  ports: VerbPorts,
  ...asked: Parameters<Clients["resolve"]>
): Promise<Resolved> {
  const clients = await ports.clients();
  const resolved = await clients.resolve(...asked);
  for (const warning of resolved.warnings) ports.terminal.remark(warning);
  return resolved;
}
