import type { Environment } from "../core/machine.ts";
import { DEFAULT_STATE_DIR } from "../kubelet/state-dir.ts";
import { HELD_VARIABLES, heldName } from "../response-cache/shared/held-variables.ts";
import { HELPER_FLAG } from "../response-cache/shared/helper-flag.ts";

/** How the program was called. */
export interface Invocation {
  readonly args: readonly string[];
  /** Whether it was called as docker-credential-docr, by its own name or by the launcher. */
  readonly isHelper: boolean;
  /** Whether `--no-color` is among the arguments. */
  readonly isColorless: boolean;
}

/** Clients run the program with this prefix and the helper's name from their configuration. */
const HELPER_PREFIX = "docker-credential-";

/**
 * Reads the arguments, without `--no-color` in front of the command. `paths` are the program's path as the caller gave it, which
 * may be a link, and its own.
 */
export function readInvocation(given: readonly string[], paths: readonly string[]): Invocation {
  const [first] = given;
  const isLaunched = first === HELPER_FLAG;
  const isHelper = isLaunched || paths.some(isHelperPath);
  const args = isLaunched ? given.slice(1) : given;
  const isColorless = args.includes("--no-color");
  if (!isColorless) return { args, isHelper, isColorless };
  const start = args.findIndex((word) => word !== "--no-color");
  return { args: start < 0 ? [] : args.slice(start), isHelper, isColorless };
}

/**
 * Returns the state directory if the arguments ask for the image credential provider: `kubelet`, `kubelet --state-dir DIR`. Returns
 * undefined for every other command, its help and wrong usage.
 */
export function providerStateDir(args: readonly string[]): string | undefined {
  const [first, option, value, ...more] = args;
  if (first !== "kubelet" || more.length > 0) return undefined;
  if (option === undefined) return DEFAULT_STATE_DIR;
  const [, inOption] = /^--state-dir=(.+)$/.exec(option) ?? [];
  if (inOption !== undefined) return value === undefined ? inOption : undefined;
  return option === "--state-dir" && value !== "" ? value : undefined;
}

/** The environment as the user set it: the variables that the launcher held back have their own names again. */
export function userEnvironment(env: Environment): Environment {
  const names = env[HELD_VARIABLES];
  if (names === undefined) return env;
  const restored = { ...env };
  delete restored[HELD_VARIABLES];
  for (const name of names.split(",")) {
    restored[name] = env[heldName(name)];
    delete restored[heldName(name)];
  }
  return restored;
}

/** Whether the last part of the path is a credential helper's name. */
function isHelperPath(path: string): boolean {
  const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  return name.startsWith(HELPER_PREFIX) && name !== HELPER_PREFIX;
}
