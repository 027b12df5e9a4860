import { HelperError } from "../errors.ts";
import type { Clock, RegistryApi, Trace } from "../helper/ports.ts";
import type { Environment } from "../config/machine.ts";
import type { ApiToken } from "../registry/api-token.ts";
import { parseDockerCredentials, parseRegistryNames } from "./answers.ts";
import { statusFailure, type Scope } from "./failures.ts";
import { withRetries } from "./retry.ts";
import { createSend, type ApiRequest, type ApiResponse, type Send } from "./transport.ts";

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
export function createApi(options: ApiOptions): RegistryApi {
  const { apiUrl, oauthUrl, clock, budgetMs } = options;
  const started = performance.now();
  const direct = createSend(options.env, options.userAgent, AbortSignal.timeout(budgetMs), options.trace);
  const send = withRetries(direct, {
    leftMs: () => started + budgetMs - performance.now(),
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    random: Math.random,
  });
  return {
    async listRegistries(token) {
      const url = `${apiUrl}/v2/registries`;
      const response = await ask(send, { method: "GET", url, bearer: token.secret }, token, "registry:read");
      return parseRegistryNames(response.body);
    },
    async mint({ token, registry, access, ttlSeconds }) {
      const path = registry === undefined ? "registry" : `registries/${registry}`;
      // Both matter: without expiry_seconds it lives for ever, without read_write it cannot push.
      const query = `expiry_seconds=${ttlSeconds}&read_write=${access === "read-write"}`;
      const url = `${apiUrl}/v2/${path}/docker-credentials?${query}`;
      const scope = access === "read-write" ? "registry:update" : "registry:read";
      // Before the first attempt, so that it never seems to live longer than it does.
      const minted = clock.read();
      const response = await ask(send, { method: "GET", url, bearer: token.secret }, token, scope);
      return {
        ...parseDockerCredentials(response.body),
        minted,
        lifeMs: ttlSeconds * 1000,
        access,
        from: token.from,
        registry,
        account: token.account ?? "",
        sourceMark: token.mark,
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

async function ask(send: Send, request: ApiRequest, token: ApiToken, scope: Scope): Promise<ApiResponse> {
  const response = await send(request);
  if (response.status === 200) return response;
  throw statusFailure(response, token, scope);
}
