import { readFileSync } from "node:fs";
import { configHome, type Machine } from "./machine.ts";

/** doctl's config.yaml, where it looks for it itself (doctl, commands/doit.go); undefined without a home. */
export function doctlConfigPath(machine: Machine): string | undefined {
  const named = machine.env["DIGITALOCEAN_CONFIG"];
  if (named) return named;
  const home = configHome(machine);
  return home === undefined ? undefined : `${home}/doctl/config.yaml`;
}

/** A digest of the file as it is now, so that `doctl auth switch` is noticed without parsing; undefined where there is none. */
export function markDoctlConfig(machine: Machine, sha256: (text: string) => string): string | undefined {
  const path = doctlConfigPath(machine);
  try {
    return path === undefined ? undefined : sha256(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
