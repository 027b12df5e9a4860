import type { Credential } from "../registry/credential.ts";
import type { Secret } from "../secret.ts";
import { erase } from "./erase.ts";
import { get } from "./get.ts";
import { list } from "./list.ts";
import type { HelperPorts } from "./ports.ts";
import { store } from "./store.ts";

/** The four questions that a docker client asks. Server URLs are non-empty and free of control characters. */
export interface Helper {
  /** Throws `not-found` where the address is not ours and nobody logged in; never for an outage. */
  get(serverUrl: string): Promise<Credential>;
  store(serverUrl: string, username: string, secret: Secret): Promise<void>;
  /** Idempotent: erasing what is not there is no error (podman 4.3 crashes on one). */
  erase(serverUrl: string): Promise<void>;
  /** User names by server URL, for exactly those addresses that `get` would answer; never a secret. */
  list(): Promise<ReadonlyMap<string, string>>;
}

export function createHelper(ports: HelperPorts): Helper {
  return {
    get: (serverUrl) => get(ports, serverUrl),
    store: (serverUrl, username, secret) => store(ports, { serverUrl, username, secret }),
    erase: (serverUrl) => erase(ports, serverUrl),
    list: () => list(ports),
  };
}
