import { existsSync, readFileSync } from "node:fs";
import { configHome, type Machine } from "../core/machine.ts";

/** doctl's config.yaml, where it looks for it itself (doctl, commands/doit.go); undefined without a home. */
export function doctlConfigPath(machine: Machine): string | undefined {
  const named = machine.env["DIGITALOCEAN_CONFIG"];
  if (named) return named;
  const folder = configHome(machine);
  const usual = folder === undefined ? undefined : `${folder}/doctl/config.yaml`;
  // Ubuntu's snap gives each program a home of its own.
  const home = machine.env["HOME"];
  const snap =
    machine.platform === "linux" && home ? `${home}/snap/doctl/current/.config/doctl/config.yaml` : undefined;
  return [usual, snap].find((path) => path !== undefined && existsSync(path)) ?? usual;
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
