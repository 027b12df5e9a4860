import { isErrorCode } from "../core/error-catalog.ts";
import { HelperError } from "../core/errors.ts";
import { parseJsonObject } from "../core/json.ts";
import type { SharedFailures } from "../core/locks.ts";
import type { SecretStore } from "../core/secret-store.ts";
import { Secret } from "../core/secret.ts";

/**
 * Writes one note for each lock into the private files. Without private files, shares nothing. `monotonicMs` must be a clock that all
 * processes of this machine share.
 */
export function createSharedFailures(
  notes: () => SecretStore | undefined,
  monotonicMs: () => number,
): SharedFailures {
  return {
    async rethrow(name, waitedSince) {
      const note = await notes()?.read(noteName(name));
      const { at, code, message, hint } = parseJsonObject(note?.reveal() ?? "") ?? {};
      if (typeof at !== "number" || at < waitedSince || at > monotonicMs()) return;
      if (!isErrorCode(code) || typeof message !== "string") return;
      throw new HelperError(code, message, typeof hint === "string" ? { hint } : {});
    },
    async share(name, { code, message, hint }) {
      const note = JSON.stringify({ at: monotonicMs(), code, message, hint });
      // Best effort: without the note, the next process makes its own attempt.
      await notes()
        ?.write(noteName(name), new Secret(note))
        .catch(() => undefined);
    },
  };
}

function noteName(name: string): string {
  return `failure-${name}`;
}
