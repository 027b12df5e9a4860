/** The response of an image credential provider. The kubelet rejects a field that it does not know. */
import type { Credential } from "../core/credential.ts";
import { formatGoDuration } from "./go-duration.ts";
import type { ApiVersion } from "./request.ts";

export const RESPONSE_KIND = "CredentialProviderResponse";

/** For how many images the kubelet uses a response that it caches: for this one, for its registry's host, or for every image. */
export const CACHE_KEY_TYPES = ["Image", "Registry", "Global"] as const;
export type CacheKeyType = (typeof CACHE_KEY_TYPES)[number];

export interface Answer {
  readonly cacheKeyType: CacheKeyType;
  /** How long the kubelet may cache the response, in milliseconds. 0: it asks again for the next pull. */
  readonly cacheMs: number;
  /** The pattern of images that the login is for, and the login. */
  readonly matchImage: string;
  readonly login: Credential;
}

/** Contains the secret: only for stdout. */
export function encodeAnswer(apiVersion: ApiVersion, answer: Answer): string {
  const { cacheKeyType, cacheMs, matchImage, login } = answer;
  const auth = { username: login.username.reveal(), password: login.secret.reveal() };
  return encode(apiVersion, cacheKeyType, cacheMs, { [matchImage]: auth });
}

/** The response for an image of another registry. It is not an error, so that other providers can answer. */
export function encodeNoLogin(apiVersion: ApiVersion): string {
  return encode(apiVersion, "Image", 0, {});
}

function encode(apiVersion: ApiVersion, cacheKeyType: CacheKeyType, cacheMs: number, auth: object): string {
  const cacheDuration = formatGoDuration(cacheMs);
  return `${JSON.stringify({ kind: RESPONSE_KIND, apiVersion, cacheKeyType, cacheDuration, auth })}\n`;
}
