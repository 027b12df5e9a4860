import { isHelperError, type HelperError } from "../../core/errors.ts";
import type { LiveCredential } from "./live-credentials.ts";
import type { HelperPorts } from "../ports.ts";

/** What we minted that the registry may still accept. */
export interface Inventory {
  /** The newest first. */
  readonly credentials: readonly LiveCredential[];
  /** Why some may be missing: a place that cannot be looked into now. No keychain at all is none. */
  readonly failures: readonly HelperError[];
}

/** Looks into every place where these or earlier settings may have left any. Asks no network. */
export async function takeInventory(ports: HelperPorts): Promise<Inventory> {
  const found = new Map<string, LiveCredential>();
  const failures: HelperError[] = [];
  for (const place of ports.everywhere()) {
    try {
      for (const [digest, credential] of await place.inventory()) {
        const before = found.get(digest);
        if (!before || RANK[credential.use] > RANK[before.use]) found.set(digest, credential);
      }
    } catch (error) {
      if (!isHelperError(error)) throw error;
      if (error.code !== "keychain-missing") failures.push(error);
    }
  }
  const credentials = [...found.values()].toSorted((a, b) => b.mintedAt.now - a.mintedAt.now);
  return { credentials, failures };
}

/** The credential and the note of it may lie in two places: which of them says more. */
const RANK = { "not-kept": 0, "given-out": 1, replaced: 2, current: 3 } as const;
