import type { TokenOrigin } from "../../core/credential.ts";
import { type ErrorCode, HelperError } from "../../core/errors.ts";
import { type Clock, elapsedMs } from "../../core/lifetime.ts";
import type { SecretStore } from "../../core/secret-store.ts";
import { bestEffort } from "../best-effort.ts";
import { decodeRefusal, encodeRefusal } from "../codec.ts";
import type { CacheKey } from "./cache-key.ts";
import type { DoctlTokens } from "./ports.ts";

/**
 * Remembers that DigitalOcean refused a mint. Clients repeat a failed pull: without this, each attempt of each of them would be one
 * more request, which counts against the API token's rate limit. A `get` consults it, and commands do not.
 */
export interface Refusals {
  /** Returns the refusal that is remembered for the key, in the same words. Undefined if there is none. Never rejects. */
  find(key: Pick<CacheKey, "name">): Promise<HelperError | undefined>;
  /** Remembers the error if it is a refusal. `origin` is the API token's. Never rejects. */
  remember(key: Pick<CacheKey, "name">, error: HelperError, origin: TokenOrigin): Promise<void>;
  /** Forgets every refusal, after the user changed a login. Never rejects. */
  clear(): Promise<void>;
}

export interface RefusalsPorts {
  /** The private files for new records. Undefined if this machine has none; docr then remembers nothing. */
  readonly files: () => SecretStore | undefined;
  /** The private files of every session of this user. */
  readonly allFiles: () => readonly SecretStore[];
  readonly doctl: Pick<DoctlTokens, "fingerprint">;
  readonly clock: Clock;
  /** Returns a number from 0 to below 1. The jitter keeps machines that were refused together from asking together. */
  readonly random: () => number;
}

const REFUSAL = "refusal-";
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** The user may be correcting the token or the registry's name. */
const CORRECTABLE: ReadonlySet<ErrorCode> = new Set(["api-unauthorized", "api-forbidden", "api-not-found"]);

export function createRefusals({ files, allFiles, doctl, clock, random }: RefusalsPorts): Refusals {
  return {
    async find({ name }) {
      const text = await bestEffort(() => files()?.read(REFUSAL + name));
      const refusal = text && decodeRefusal(text);
      if (!refusal) return undefined;
      const elapsed = elapsedMs(refusal.at, clock.read());
      if (elapsed === undefined || elapsed >= refusal.forMs) return undefined;
      const { code, message, hint, response, fingerprint } = refusal;
      // The user has changed doctl's configuration, perhaps to another token.
      if (fingerprint !== undefined && fingerprint !== doctl.fingerprint()) return undefined;
      return new HelperError(code, message, { ...(hint !== undefined && { hint }), response });
    },
    async remember({ name }, error, origin) {
      const forMs = holdMs(error, random());
      if (forMs === undefined) return;
      const { code, message, hint, response } = error;
      const fingerprint = origin.kind === "doctl" ? origin.fingerprint : undefined;
      const refusal = { at: clock.read(), forMs, fingerprint, code, message, hint, response };
      await bestEffort(() => files()?.write(REFUSAL + name, encodeRefusal(refusal)));
    },
    async clear() {
      for (const store of allFiles()) {
        const names = (await bestEffort(() => store.entries(REFUSAL)))?.keys() ?? [];
        for (const name of names) await bestEffort(() => store.erase(name));
      }
    },
  };
}

/** Asks DigitalOcean each time, for commands: their user is waiting for the effect of a correction. */
export function askingAfresh(refusals: Refusals): Refusals {
  return { ...refusals, find: async () => undefined };
}

/** How long docr remembers the error, in milliseconds. Undefined if it is not a refusal. */
function holdMs({ code, response }: HelperError, random: number): number | undefined {
  if (code === "api-rate-limited") {
    const waitMs = 1000 * (response?.retryAfterSeconds ?? MINUTE_MS / 1000);
    return Math.min(waitMs * (1 + random / 2), HOUR_MS);
  }
  return CORRECTABLE.has(code) ? MINUTE_MS * (1 - random / 2) : undefined;
}
