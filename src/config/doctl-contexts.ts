import type { Machine } from "../core/machine.ts";
import type { DoctlContexts } from "./doctl.ts";
import { readDoctlConfig } from "./doctl-path.ts";

/** Returns undefined without a configuration of doctl. Loads the YAML parser only if there is one. Throws `bad-api-token`. */
export async function readDoctlContexts(machine: Machine): Promise<DoctlContexts | undefined> {
  if (readDoctlConfig(machine) === undefined) return undefined;
  const { listDoctlContexts } = await import("./doctl.ts");
  return listDoctlContexts(machine);
}
