/** Converts minted credentials to logins for pulls. */
import { REGISTRY_HOST } from "../../core/address.ts";
import type { MintedCredential } from "../../core/credential.ts";
import { expiresAt } from "../../core/lifetime.ts";
import type { PullLogin } from "./docker-config.ts";

const EXPIRY_ANNOTATION = "docker-credential-docr/expires-at";

/**
 * The key of a single credential is the host, which every client finds. The keys of several credentials are the host with the
 * registry's name, which kubelet, podman and containerd find.
 */
export function pullLoginsOf(credentials: readonly MintedCredential[]): readonly PullLogin[] {
  const [first, ...others] = credentials;
  if (!first) return [];
  if (others.length === 0) return [{ key: REGISTRY_HOST, credential: first }];
  return credentials.map((credential) => ({
    key: credential.registry === undefined ? REGISTRY_HOST : `${REGISTRY_HOST}/${credential.registry}`,
    credential,
  }));
}

/** Returns an annotation for a Kubernetes secret: the time when the first credential expires. Empty if none expires. */
export function expiryAnnotationsOf(
  credentials: readonly MintedCredential[],
): Readonly<Record<string, string>> {
  const times = credentials.map(expiresAt).filter((time) => time !== undefined);
  return times.length === 0 ? {} : { [EXPIRY_ANNOTATION]: new Date(Math.min(...times)).toISOString() };
}
