import { HelperError } from "../core/errors.ts";
import { configHome, type Machine } from "../core/machine.ts";
import { isAbsent } from "../system/regular-file.ts";
import { readUserFile } from "./user-file.ts";

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
  return [usual, snap].find((path) => path !== undefined && !isAbsent(path)) ?? usual;
}

/**
 * Returns a digest of doctl's config file, or undefined if the file is absent. Throws like `readDoctlConfig`. The digest changes with
 * `doctl auth switch`, so docr notices that without parsing the file.
 */
export function fingerprintDoctlConfig(
  machine: Machine,
  sha256: (text: string) => string,
): string | undefined {
  const text = readDoctlConfig(machine);
  return text === undefined ? undefined : sha256(text);
}

/** The text of doctl's config file. Undefined if it is absent. Throws `bad-api-token` if it cannot be read: it may name the account. */
export function readDoctlConfig(machine: Machine): string | undefined {
  const path = doctlConfigPath(machine);
  if (path === undefined) return undefined;
  return readUserFile(
    path,
    machine,
    (reason, cause) =>
      new HelperError("bad-api-token", `doctl's config ${path} cannot be read (${reason})`, {
        cause,
        hint: "make it a readable file of your own, or set DIGITALOCEAN_ACCESS_TOKEN",
      }),
  );
}
