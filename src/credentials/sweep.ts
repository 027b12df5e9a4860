import type { MintedCredential } from "../core/credential.ts";
import { isIdle } from "./inventory/credential-cache.ts";
import type { HelperPorts } from "./ports.ts";
import { quietly } from "./best-effort.ts";
import type { MintedRecord } from "./codec.ts";
import { revokeAll } from "./revocation.ts";

/** Revokes the replaced credentials that nobody can be using any more. Returns how many there were. */
export function sweep(ports: HelperPorts): Promise<number> {
  return revokeWhich(ports, (record) => isIdle(record, ports.clock));
}

/** Revokes every replaced credential, at a person's word: what still uses one is refused from then on. */
export function prune(ports: HelperPorts): Promise<number> {
  return revokeWhich(ports, ({ replaced }) => replaced !== undefined);
}

async function revokeWhich(ports: HelperPorts, which: (record: MintedRecord) => boolean): Promise<number> {
  let count = 0;
  for (const place of ports.everywhere()) {
    const alive: MintedCredential[] = [];
    await quietly(() => place.forget(which, alive));
    const left = await revokeAll(ports, alive);
    // For the next time: it is not answered any more, but lives.
    for (const credential of left) await quietly(() => place.keepReplaced(credential));
    count += alive.length - left.length;
  }
  return count;
}
