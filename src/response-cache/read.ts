import { readFileSync, statSync } from "node:fs";
import { isMissing } from "../system/errno.ts";
import type { Environment } from "../core/machine.ts";
import type { Sha256 } from "../credentials/minting/cache-key.ts";
import type { Moment } from "../core/lifetime.ts";
import { FALLBACK_VARIABLES, fallbackFileName, fallbackKeyText } from "./shared/fallback-note.ts";
import { openCachedResponse } from "./shared/format.ts";
import {
  DECIDING_VARIABLES,
  DEFERRING_VARIABLES,
  configPath,
  responseFileName,
  responseFolder,
  keyText,
} from "./shared/key.ts";
import { isPrivateFolder } from "../system/private-folder.ts";
import { readPrivateFile } from "../stores/private-files.ts";

export interface ResponseKeyOptions {
  readonly env: Environment;
  readonly sha256: Sha256;
}

/** The finished answer to a bare `get` for our host at this moment; undefined where there is none to give. */
export function readCachedResponse(options: ResponseKeyOptions, uid: number, at: Moment): string | undefined {
  const name = responseNameOf(options);
  const folder = responseFolder(options.env["XDG_RUNTIME_DIR"] ?? "", uid);
  if (name === undefined || !isPrivateFolder(folder, uid)) return undefined;
  const text = readPrivateFile(`${folder}/${name}`, uid);
  const answer = text === undefined ? "" : openCachedResponse(text, at.now, at.uptime ?? -1);
  return answer === "" ? undefined : answer;
}

/** The name of the finished answer's file; undefined where this environment is not to have one. */
export function responseNameOf({ env, sha256 }: ResponseKeyOptions): string | undefined {
  if (DEFERRING_VARIABLES.some((name) => env[name] !== undefined)) return undefined;
  const config = configText(env);
  if (config === undefined) return undefined;
  return responseFileName(sha256(keyText(valuesOf(env, DECIDING_VARIABLES), config)));
}

/** The name of the file that tells the launcher about another helper. */
export function fallbackNoteNameOf({ env, sha256 }: ResponseKeyOptions): string | undefined {
  const config = configText(env);
  if (config === undefined) return undefined;
  return fallbackFileName(sha256(fallbackKeyText(valuesOf(env, FALLBACK_VARIABLES), config)));
}

/** "=" in front of a value, nothing for one that is not set, as the launcher has them. */
function valuesOf(env: Environment, names: readonly string[]): string[] {
  return names.map((name) => {
    const value = env[name];
    return value === undefined ? "" : `=${value}`;
  });
}

/** As the launcher has it: "=" and the text, nothing where there is none; undefined where it is there and cannot be read. */
function configText(env: Environment): string | undefined {
  const path = configPath(env["HOME"] ?? "", env["XDG_CONFIG_HOME"] ?? "");
  if (path === "") return "";
  try {
    // Mostly it is not there, and an error takes longer to make than a question.
    if (!statSync(path, { throwIfNoEntry: false })) return "";
    return `=${readFileSync(path, "utf8")}`;
  } catch (error) {
    return isMissing(error) ? "" : undefined;
  }
}
