import type { Environment } from "../core/machine.ts";
import type { Sha256 } from "../core/secret.ts";
import type { Moment } from "../core/lifetime.ts";
import { registryIn } from "./shared/address.ts";
import { openCachedResponse } from "./shared/format.ts";
import { configPath, isBypassed, keyText, responseFileName, responseFolder } from "./shared/key.ts";
import { isPrivateFolder, readPrivateFile } from "../system/private-folder.ts";
import { readRegularFile } from "../system/regular-file.ts";

/** KiB. docr rejects a larger config file, too. */
const LARGEST_CONFIG_KIB = 1024;

export interface ResponseKeyOptions {
  readonly env: Environment;
  readonly sha256: Sha256;
}

/**
 * Returns the cached response to a `get` of the address, or undefined if none is valid for this environment now. Responses are cached
 * only for DigitalOcean's registry.
 */
export function readCachedResponse(
  address: string,
  options: ResponseKeyOptions,
  uid: number,
  at: Moment,
): string | undefined {
  const registry = registryIn(address);
  const name = registry === undefined ? undefined : responseNameOf(options, registry);
  const folder = responseFolder(options.env["XDG_RUNTIME_DIR"] ?? "", uid);
  if (name === undefined || !isPrivateFolder(folder, uid)) return undefined;
  const text = readPrivateFile(`${folder}/${name}`, uid);
  return text === undefined ? undefined : openCachedResponse(text, address, at.now, at.uptime ?? -1);
}

/** The file name of the cached response for the registry that an address names, or "". Undefined if this environment bypasses the cache. */
export function responseNameOf({ env, sha256 }: ResponseKeyOptions, registry: string): string | undefined {
  const variable = (name: string): string | undefined => env[name];
  if (isBypassed(variable)) return undefined;
  const config = readConfigText(env);
  return config === undefined ? undefined : responseFileName(sha256(keyText(variable, config, registry)));
}

/** Returns the config file's part of the key: "=" and its text, or "" if it is absent. Undefined if it cannot be read. */
function readConfigText(env: Environment): string | undefined {
  const path = configPath(env["HOME"] ?? "", env["XDG_CONFIG_HOME"] ?? "");
  if (path === "") return "";
  const file = readRegularFile(path, { limitKib: LARGEST_CONFIG_KIB });
  if (file.kind === "content") return `=${file.bytes.toString("utf8")}`;
  return file.kind === "absent" ? "" : undefined;
}
