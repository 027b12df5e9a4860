import type { MintedCredential } from "../registry/credential.ts";
import type { HelperPorts } from "./ports.ts";

/**
 * Revokes credentials that are already forgotten here. Never throws: a logout must not fail because the
 * network does. What could not be revoked is said, and expires by itself.
 */
export async function revokeAll(ports: HelperPorts, credentials: readonly MintedCredential[]): Promise<void> {
  if (credentials.length === 0) return;
  const revoke = async (credential: MintedCredential): Promise<void> => {
    const api = await ports.api();
    await api.revoke(credential);
  };
  const outcomes = await Promise.allSettled(credentials.map(revoke));
  const left = credentials.filter((_, index) => outcomes[index]?.status === "rejected");
  if (left.length === 0) return;
  const until = new Date(Math.max(...left.map((credential) => credential.expiresAt))).toISOString();
  const count = left.length === 1 ? "one credential" : `${left.length} credentials`;
  ports.notices.warn(
    `could not revoke ${count} at DigitalOcean; forgotten here, and expired there by ${until}`,
  );
}
