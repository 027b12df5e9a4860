import type { Credential } from "../core/credential.ts";
import type { Secret } from "../core/secret.ts";
import { erase } from "./erase.ts";
import { get } from "./minting/get.ts";
import { list } from "./list.ts";
import type { HelperPorts } from "./ports.ts";
import { renew } from "./minting/refresh.ts";
import { store } from "./accounts/store-credential.ts";
import { prune, sweep } from "./sweep.ts";

/** What docker clients ask, and what our own processes in the background do. Server URLs are non-empty and free of control characters. */
export interface Helper {
  /** Throws `not-found` where the address is not ours and nobody logged in; never for an outage. */
  get(serverUrl: string): Promise<Credential>;
  store(serverUrl: string, username: string, secret: Secret): Promise<void>;
  /** Idempotent: erasing what is not there is no error (podman 4.3 crashes on one). */
  erase(serverUrl: string): Promise<void>;
  /** User names by server URL, for exactly those addresses that `get` would answer; never a secret. */
  list(): Promise<ReadonlyMap<string, string>>;
  /** Replaces an ageing credential ahead of need. */
  renew(serverUrl: string): Promise<void>;
  /** Revokes replaced credentials that nobody can be using any more; returns how many. */
  sweep(): Promise<number>;
  /** Revokes every replaced credential, in use or not; returns how many. */
  prune(): Promise<number>;
}

export function createHelper(ports: HelperPorts): Helper {
  return {
    get: (serverUrl) => get(ports, serverUrl),
    store: (serverUrl, username, secret) => store(ports, { serverUrl, username, secret }),
    erase: (serverUrl) => erase(ports, serverUrl),
    list: () => list(ports),
    renew: (serverUrl) => renew(ports, serverUrl),
    sweep: () => sweep(ports),
    prune: () => prune(ports),
  };
}
