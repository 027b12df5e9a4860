import type { ApiToken } from "../core/api-token.ts";
import { abortAfter } from "../core/deadline.ts";
import { HelperError, isHelperError } from "../core/errors.ts";
import type { Clock } from "../core/lifetime.ts";
import type { Environment } from "../core/machine.ts";
import type { Trace } from "../core/reporter.ts";
import type { Secret } from "../core/secret.ts";
import type { AccountApi } from "../credentials/accounts/ports.ts";
import type { MintApi, Revoker } from "../credentials/minting/ports.ts";
import { withRetries } from "../http/retry.ts";
import { createSend, type Send, type TracedRequest } from "../http/traced.ts";
import { apiFailure, type Scope } from "./api-failures.ts";
import { parseAccount, parseDockerCredentials, parseRegistries, parseTokenDescription } from "./responses.ts";

/** Bytes. The longest response is a list of ten registries. */
const MAX_BYTES = 1024 * 1024;

export interface ApiOptions {
  readonly apiUrl: string;
  readonly oauthUrl: string;
  readonly env: Environment;
  /** Limits all calls together. */
  readonly budgetMs: number;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly trace: Trace;
  /** Milliseconds of the monotonic clock. */
  readonly monotonicMs: () => number;
}

/** DigitalOcean's API v2, as published in digitalocean/openapi, and the OAuth endpoints that doctl uses. */
export function createApi(options: ApiOptions): MintApi & AccountApi {
  const { apiUrl, oauthUrl, clock } = options;
  const { sendOnce, send } = openSend(options);
  const get = async (url: string, { token, scope, by = send }: GetOptions): Promise<string> => {
    const response = await by(requestTo("GET", url, { bearer: token.secret }));
    if (response.status === 200) return response.body.toString("utf8");
    throw apiFailure(response, token, scope);
  };
  const describeRegistries: AccountApi["describeRegistries"] = async (token) =>
    parseRegistries(await get(`${apiUrl}/v2/registries`, { token, scope: "registry:read" }));
  return {
    describeRegistries,
    describeToken: async (token) =>
      parseTokenDescription(await get(`${oauthUrl}/v1/oauth/token/info`, { token })),
    async describeAccount(token) {
      try {
        return parseAccount(await get(`${apiUrl}/v2/account`, { token, scope: "account:read" }));
      } catch (error) {
        if (isHelperError(error, "api-forbidden")) return undefined;
        throw error;
      }
    },
    listRegistries: async (token) => (await describeRegistries(token)).map(({ name }) => name),
    async mint({ token, registry, access, lifetime }) {
      const path = registry === undefined ? "registry" : `registries/${registry}`;
      // Always send both: without an expiry, the credential would never expire; without read_write, it could not push.
      const query = `expiry_seconds=${lifetime.kind === "limited" ? lifetime.ms / 1000 : 0}&read_write=${access === "read-write"}`;
      const url = `${apiUrl}/v2/${path}/docker-credentials?${query}`;
      const scope = access === "read-write" ? "registry:update" : "registry:read";
      // Read the clock before the first attempt. The credential must not appear younger than it is.
      const mintedAt = clock.read();
      // Do not retry for an unlimited credential: if the connection was cut off, the API may already have created one.
      const body = await get(url, { token, scope, by: lifetime.kind === "unlimited" ? sendOnce : send });
      return {
        ...parseDockerCredentials(body),
        mintedAt,
        lifetime,
        access,
        origin: token.origin,
        registry,
        revokeAt: oauthUrl,
      };
    },
  };
}

type SendOptions = Omit<ApiOptions, "apiUrl" | "oauthUrl">;

/** Needs no settings: each credential contains the URL that revokes it. */
export function createRevoker(options: SendOptions): Revoker {
  const { send } = openSend(options);
  return {
    async revoke({ secret, revokeAt }) {
      const url = `${revokeAt}/v1/oauth/revoke`;
      const response = await send(requestTo("POST", url, { bearer: secret, form: { token: secret } }));
      // 401: the credential has expired or was already revoked.
      if (response.status === 200 || response.status === 401) return;
      throw new HelperError(
        "api-unexpected",
        `DigitalOcean did not revoke the credential (HTTP ${response.status})`,
      );
    },
  };
}

/** Limits all requests together to the budget. */
function openSend({ budgetMs, env, userAgent, trace, monotonicMs }: SendOptions): {
  readonly sendOnce: Send;
  readonly send: Send;
} {
  const started = monotonicMs();
  const signal = abortAfter(budgetMs);
  const sendOnce = createSend({ family: "api", env, userAgent, signal, trace, monotonicMs });
  const send = withRetries(sendOnce, {
    leftMs: () => started + budgetMs - monotonicMs(),
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    random: Math.random,
  });
  return { sendOnce, send };
}

interface GetOptions {
  readonly token: ApiToken;
  /** The scope that the request needs, if it needs a particular one. */
  readonly scope?: Scope;
  /** Default: with retries. */
  readonly by?: Send;
}

function requestTo(
  method: "GET" | "POST",
  text: string,
  { bearer, form }: { readonly bearer: Secret; readonly form?: TracedRequest["form"] },
): TracedRequest {
  const url = new URL(text);
  const authorization = { bearer };
  return {
    method,
    url,
    server: url.hostname,
    accept: "application/json",
    authorization,
    form,
    maxBytes: MAX_BYTES,
  };
}
