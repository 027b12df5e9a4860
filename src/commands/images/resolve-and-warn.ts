import type { Clients } from "../../client-config/resolve.ts";
import type { Resolved } from "../../client-config/types.ts";
import type { CommandContext } from "../context.ts";

/** Returns the login that a client would use. Prints a warning for each setting that the client skips. Throws like `Clients.resolve`. */
export async function resolveAndWarn(
  { clients, reporter }: Pick<CommandContext, "clients" | "reporter">,
  ...asked: Parameters<Clients["resolve"]>
): Promise<Resolved> {
  const resolved = await (await clients()).resolve(...asked);
  for (const warning of resolved.warnings) reporter.warn(warning);
  return resolved;
}
