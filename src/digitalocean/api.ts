import type { Clock, RegistryApi } from "../helper/ports.ts";
import type { ApiToken } from "../registry/api-token.ts";
import { HelperError } from "../errors.ts";
import { parseDockerCredentials, parseRegistryNames } from "./answers.ts";
import { statusFailure, type Scope } from "./failures.ts";
import { createSend, type ApiRequest, type ApiResponse, type Send } from "./transport.ts";
import type { Environment } from "../config/settings.ts";

export interface ApiOptions {
  readonly apiUrl: string;
  readonly oauthUrl: string;
  readonly env: Environment;
  /** For all calls together, in milliseconds. */
  readonly deadlineMs: number;
  readonly userAgent: string;
  readonly clock: Clock;
}

/** DigitalOcean's API v2 as published in digitalocean/openapi, and the OAuth endpoint that doctl revokes at. */
export function createApi(options: ApiOptions): RegistryApi {
  const send = createSend(options.env, options.userAgent, AbortSignal.timeout(options.deadlineMs));
  const { apiUrl, oauthUrl, clock } = options;
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
      const mintedAt = clock.now();
      const scope = access === "read-write" ? "registry:update" : "registry:read";
      const response = await ask(send, { method: "GET", url, bearer: token.secret }, token, scope);
      return {
        ...parseDockerCredentials(response.body),
        mintedAt,
        expiresAt: mintedAt + ttlSeconds * 1000,
        access,
        from: token.from,
        registry,
        revokeAt: oauthUrl,
      };
    },
    async revoke({ secret, revokeAt }) {
      const response = await send({
        method: "POST",
        url: `${revokeAt}/v1/oauth/revoke`,
        bearer: secret,
        form: { token: secret },
      });
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
