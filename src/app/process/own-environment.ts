/**
 * Keeps the held variables (response-cache/shared/held-variables.ts) away from Node and libraries in this process. The launcher does that
 * before it becomes docr. This file does it for docr that was started without the launcher, as far as it is still possible.
 */
import type { Environment } from "../../core/machine.ts";
import { HELD_VARIABLES, heldName, isHeldVariable } from "../../response-cache/shared/held-variables.ts";
import { userEnvironment } from "../invocation.ts";
import { findOwnProgram, ownCommandOf } from "./own-command.ts";

/** Node acts on these before docr's first line, and only a new start undoes that: Node writes files or prints on stderr. */
const ACTED_ON = ["NODE_COMPILE_CACHE", "NODE_DEBUG", "NODE_DEBUG_NATIVE", "NODE_V8_COVERAGE"];

/** OpenSSL finds no file below it. */
const NO_DIRECTORY = "/dev/null";

type Starting = Pick<
  NodeJS.Process,
  "env" | "argv" | "argv0" | "connected" | "execPath" | "execArgv" | "execve"
>;

/**
 * Starts docr again in this process if Node has acted on a held variable, or talks to a parent process (NODE_CHANNEL_FD). Otherwise
 * returns. stdin is unread in both cases.
 */
export function startCleanly(node: Starting): void {
  const hasActed = node.connected || ACTED_ON.some((name) => node.env[name]);
  if (!hasActed || node.env[HELD_VARIABLES] !== undefined || !node.execve) return;
  const own = ownCommandOf(node, undefined);
  const program = findOwnProgram(own);
  if (program === undefined) return;
  node.execve(program, [node.argv0, ...own.args, ...node.argv.slice(2)], heldEnvironment(node.env));
}

/**
 * Returns the environment as the user set it, and removes the held variables from `own`, which libraries and addons read. With
 * SSL_CERT_FILE, also leads OpenSSL to no directory: otherwise it would trust the authorities in its own directory, too.
 */
export function takeEnvironment(own: Record<string, string | undefined>): Environment {
  const held = Object.keys(own).filter(isHeldVariable);
  const isTrustNamed = Boolean(own["SSL_CERT_FILE"]);
  if (held.length === 0 && !isTrustNamed) return userEnvironment(own);
  const user = { ...userEnvironment(own) };
  for (const name of held) delete own[name];
  if (isTrustNamed) own["SSL_CERT_DIR"] = NO_DIRECTORY;
  return user;
}

/** Renames the held variables, for a new start of docr. */
export function heldEnvironment(user: Environment): Record<string, string> {
  const names: string[] = [];
  const held: Record<string, string> = {};
  for (const [name, value] of Object.entries(user)) {
    if (value === undefined) continue;
    const isHeld = isHeldVariable(name);
    if (isHeld) names.push(name);
    held[isHeld ? heldName(name) : name] = value;
  }
  if (names.length > 0) held[HELD_VARIABLES] = names.join(",");
  return held;
}
