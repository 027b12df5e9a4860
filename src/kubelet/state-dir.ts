import { HelperError } from "../core/errors.ts";

/** Where a node keeps its credentials, unless `--state-dir` names another directory. */
export const DEFAULT_STATE_DIR = "/var/lib/docr";

/**
 * The private folder in the state directory. A folder of its own, because docr makes it private to its user. Throws `bad-arguments`
 * for a relative path, whose meaning would depend on the kubelet's working directory.
 */
export function nodeFolder(stateDir: string): string {
  if (stateDir.startsWith("/")) return `${stateDir.replace(/\/+$/, "")}/kubelet`;
  throw new HelperError("bad-arguments", "--state-dir must be an absolute path", {
    hint: `leave it out for ${DEFAULT_STATE_DIR}`,
  });
}
