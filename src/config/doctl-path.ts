import { existsSync, readFileSync } from "node:fs";
import { configHome, type Machine } from "../core/machine.ts";

/** The path of doctl's config.yaml, by doctl's own rules (doctl, commands/doit.go). Undefined without a home directory. */
export function doctlConfigPath(machine: Machine): string | undefined {
  const named = machine.env["DIGITALOCEAN_CONFIG"];
  if (named) return named;
  const folder = configHome(machine);
  const usual = folder === undefined ? undefined : `${folder}/doctl/config.yaml`;
  // Ubuntu's snap gives each program its own home directory.
  const home = machine.env["HOME"];
  const snap =
    machine.platform === "linux" && home ? `${home}/snap/doctl/current/.config/doctl/config.yaml` : undefined;
  return [usual, snap].find((path) => path !== undefined && existsSync(path)) ?? usual;
}

/**
 * Returns a digest of doctl's config file, or undefined if the file cannot be read. The digest changes with `doctl auth switch`, so
 * docr notices that without parsing the file.
 */
export function fingerprintDoctlConfig(
  machine: Machine,
  sha256: (text: string) => string,
): string | undefined {
  const text = readDoctlConfig(machine);
  return text === undefined ? undefined : sha256(text);
}

/** The text of doctl's config file. Undefined if it cannot be read. */
export function readDoctlConfig(machine: Machine): string | undefined {
  const path = doctlConfigPath(machine);
  try {
    return path === undefined ? undefined : readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
