import { existsSync } from "node:fs";
import type { Machine } from "../core/machine.ts";
import type { DoctlContexts } from "./doctl.ts";
import { doctlConfigPath } from "./doctl-path.ts";

/** Returns undefined without a configuration of doctl. Loads the YAML parser only if there is one. Throws `bad-api-token`. */
export async function readDoctlContexts(machine: Machine): Promise<DoctlContexts | undefined> {
  const path = doctlConfigPath(machine);
  if (path === undefined || !existsSync(path)) return undefined;
  const { listDoctlContexts } = await import("./doctl.ts");
  return listDoctlContexts(machine);
}
