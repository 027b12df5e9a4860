import { HelperError, type ErrorCode } from "../../../src/core/errors.ts";
import type { Account, AccountApi, TokenDescription } from "../../../src/credentials/accounts/ports.ts";
import type { MintApi, Revoker } from "../../../src/credentials/minting/ports.ts";
import type { Clock } from "../../../src/core/lifetime.ts";
import type { Credential, MintedCredential } from "../../../src/core/credential.ts";
import { Secret } from "../../../src/core/secret.ts";

/** DigitalOcean's API for the domain. It responds immediately, records its calls and fails on request. */
export interface RecordedApi extends MintApi, AccountApi, Revoker {
  /** `list TOKEN`, `mint NAME ACCESS SECONDS`, `revoke SECRET`, `token TOKEN`, `account TOKEN`, in order. */
  readonly calls: string[];
  /** The registry's handshake: `check SECRET`. */
  checkLogin(login: Credential): Promise<void>;
  registries: readonly string[];
  token: TokenDescription;
  account: Account | undefined;
  /** From now on, calls that start with `start` fail with this code. */
  fail(start: string, code: ErrorCode): void;
  /** Ends all failures. */
  heal(): void;
}

/** The message of every requested failure. */
export const API_MESSAGE = "the api said no";
export const REVOKE_AT = "https://cloud.example";

export interface RecordedApiOptions {
  readonly clock: Clock;
  /** The secret of the nth credential. */
  readonly secretOf?: (count: number) => string;
}

export function createRecordedApi({ clock, secretOf }: RecordedApiOptions): RecordedApi {
  const failures: [start: string, code: ErrorCode][] = [];
  let count = 0;
  const note = (call: string): void => {
    api.calls.push(call);
    const found = failures.find(([start]) => call.startsWith(start));
    if (found) throw new HelperError(found[1], API_MESSAGE);
  };
  const api: RecordedApi = {
    calls: [],
    registries: ["acme"],
    token: { scopes: ["registry:read", "registry:update", "account:read"], expiresInSeconds: undefined },
    account: { email: "sammy@do.example", team: "My Team", status: "active" },
    fail: (start, code) => void failures.push([start, code]),
    heal() {
      failures.length = 0;
    },
    async listRegistries({ secret }) {
      note(`list ${secret.reveal()}`);
      return api.registries;
    },
    async describeRegistries({ secret }) {
      note(`list ${secret.reveal()}`);
      return api.registries.map((name) => ({
        name,
        region: "fra1",
        createdAt: "2020-03-21T16:02:37Z",
        storageBytes: 29_393_920,
      }));
    },
    async describeToken({ secret }) {
      note(`token ${secret.reveal()}`);
      return api.token;
    },
    async describeAccount({ secret }) {
      note(`account ${secret.reveal()}`);
      return api.account;
    },
    async mint({ token, registry, access, lifetime }): Promise<MintedCredential> {
      note(`mint ${registry ?? "?"} ${access} ${lifetime.kind === "limited" ? lifetime.ms / 1000 : 0}`);
      count += 1;
      const secret = secretOf?.(count) ?? `minted-secret-${count}`;
      return {
        username: new Secret(secret),
        secret: new Secret(secret),
        mintedAt: clock.read(),
        lifetime,
        access,
        origin: token.origin,
        registry,
        revokeAt: REVOKE_AT,
      };
    },
    async checkLogin({ secret }) {
      note(`check ${secret.reveal()}`);
    },
    async revoke({ secret }) {
      note(`revoke ${secret.reveal()}`);
    },
  };
  return api;
}
