import { type MintedCredential } from "../core/credential.ts";
import { expiresAt } from "../core/lifetime.ts";
import type { HelperPorts } from "./ports.ts";
import { quietly } from "./best-effort.ts";

/** In milliseconds: a logout should not take as long as a mint may. */
const REVOKE_BUDGET_MS = 10_000;

/**
 * Revokes credentials that are already forgotten here. Never throws: a logout must not fail because the
 * network does. What could not be revoked is said and returned; it expires by itself.
 */
export async function revokeAll(
  ports: HelperPorts,
  credentials: readonly MintedCredential[],
): Promise<readonly MintedCredential[]> {
  if (credentials.length === 0) return [];
  const revoke = async (credential: MintedCredential): Promise<void> => {
    const revoker = await ports.revoker(REVOKE_BUDGET_MS);
    await revoker.revoke(credential);
    await quietly(() => ports.minted().marks.noteRevoked(credential));
  };
  const outcomes = await Promise.allSettled(credentials.map(revoke));
  const left = credentials.filter((_, index) => outcomes[index]?.status === "rejected");
  ports.trace("revoked", { revoked: credentials.length - left.length, failed: left.length });
  if (left.length === 0) return left;
  const until = new Date(Math.max(...left.map((credential) => expiresAt(credential) ?? 0))).toISOString();
  const count = left.length === 1 ? "one credential" : `${left.length} credentials`;
  ports.notices.warn(
    `could not revoke ${count} at DigitalOcean; not answered any more, and expired there by ${until}`,
  );
  return left;
}
