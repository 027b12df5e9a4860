import { HelperError, isHelperError } from "../core/errors.ts";
import type { AccountApi, RegistryApi } from "../credentials/ports.ts";
import type { Clock } from "../core/lifetime.ts";
import type { Trace } from "../core/reporter.ts";
import type { Environment } from "../core/machine.ts";
import type { ApiToken } from "../core/api-token.ts";
import { parseAccount, parseRegistries, parseTokenDescription } from "./account-responses.ts";
import { parseDockerCredentials } from "./responses.ts";
import { statusFailure, type Scope } from "./api-failures.ts";
import { withRetries } from "./retry.ts";
import { createSend, type Send } from "./transport.ts";

export interface ApiOptions {
  readonly apiUrl: string;
  readonly oauthUrl: string;
  readonly env: Environment;
  /** For all calls together, in milliseconds. */
  readonly budgetMs: number;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly trace: Trace;
}

/** DigitalOcean's API v2 as published in digitalocean/openapi, and the OAuth endpoint that doctl revokes at. */
export function createApi(options: ApiOptions): RegistryApi & AccountApi {
  const { apiUrl, oauthUrl, clock, budgetMs } = options;
  const started = performance.now();
  const direct = createSend(options.env, options.userAgent, AbortSignal.timeout(budgetMs), options.trace);
  const send = withRetries(direct, {
    leftMs: () => started + budgetMs - performance.now(),
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    random: Math.random,
  });
  const get = async (url: string, { token, scope, by = send }: GetOptions): Promise<string> => {
    const response = await by({ method: "GET", url, bearer: token.secret });
    if (response.status === 200) return response.body;
    throw statusFailure(response, token, scope);
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
        if (isHelperError(error) && error.code === "api-forbidden") return undefined;
        throw error;
      }
    },
    listRegistries: async (token) => (await describeRegistries(token)).map(({ name }) => name),
    async mint({ token, registry, access, lifetime }) {
      const path = registry === undefined ? "registry" : `registries/${registry}`;
      // Both matter: an expiry of 0, or none, is for ever; without read_write it cannot push.
      const query = `expiry_seconds=${lifetime.kind === "limited" ? lifetime.ms / 1000 : 0}&read_write=${access === "read-write"}`;
      const url = `${apiUrl}/v2/${path}/docker-credentials?${query}`;
      const scope = access === "read-write" ? "registry:update" : "registry:read";
      // Before the first attempt, so that it never seems to live longer than it does.
      const mintedAt = clock.read();
      // For ever: asked for once, because a request that was cut off may have left one that nobody knows.
      const body = await get(url, { token, scope, by: lifetime.kind === "unlimited" ? direct : send });
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
    async revoke({ secret, revokeAt }) {
      const url = `${revokeAt}/v1/oauth/revoke`;
      const response = await send({ method: "POST", url, bearer: secret, form: { token: secret } });
      // 401: it was dead already, which is what was wanted.
      if (response.status === 200 || response.status === 401) return;
      throw new HelperError("api-unexpected", `DigitalOcean answered ${response.status} to a revocation`);
    },
  };
}

interface GetOptions {
  readonly token: ApiToken;
  /** What the token needs for it, where that is one scope. */
  readonly scope?: Scope;
  /** How it is sent: with further attempts unless told. */
  readonly by?: Send;
}
