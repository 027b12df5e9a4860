/** Minted credentials as logins for pulls. */
import { REGISTRY_HOST } from "../../core/address.ts";
import type { MintedCredential } from "../../core/credential.ts";
import { expiresAt } from "../../core/lifetime.ts";
import type { PullLogin } from "./docker-config.ts";

const EXPIRY_ANNOTATION = "docker-credential-docr/expires-at";

/**
 * One credential is the login for the host, which every client finds. Several stand under the host with their registry's
 * name, where kubelet, podman and containerd find them.
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

/** For a Kubernetes secret: when the first of the credentials expires. Empty if none does. */
export function expiryAnnotationsOf(
  credentials: readonly MintedCredential[],
): Readonly<Record<string, string>> {
  const times = credentials.map(expiresAt).filter((time) => time !== undefined);
  return times.length === 0 ? {} : { [EXPIRY_ANNOTATION]: new Date(Math.min(...times)).toISOString() };
}
