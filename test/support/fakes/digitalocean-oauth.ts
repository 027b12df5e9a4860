import type { Account } from "./digitalocean-account.ts";
import { isLive } from "./digitalocean-account.ts";
import { type Call, type Reply, replyError, replyWith } from "./digitalocean-exchange.ts";

/** The endpoints of cloud.digitalocean.com that describe and revoke a token. */
export function answerOauth(account: Account, call: Call): Reply | undefined {
  if (call.path === "/v1/oauth/token/info")
    return call.method === "GET" ? tokenInfo(account, call) : replyError(405);
  if (call.path === "/v1/oauth/revoke")
    return call.method === "POST" ? revoke(account, call) : replyError(405);
  return undefined;
}

function tokenInfo(account: Account, call: Call): Reply {
  if (call.bearer === undefined) return replyError(401);
  const scopes = account.scopesOf(call.bearer);
  if (scopes) return replyWith(describe([...scopes], null));
  const minted = account.findMinted(call.bearer);
  if (!minted || !isLive(minted)) return replyError(401);
  const granted = minted.access === "read-write" ? ["registry:read", "registry:update"] : ["registry:read"];
  const left = minted.expiresAt === undefined ? null : Math.round((minted.expiresAt - Date.now()) / 1000);
  return replyWith(describe(granted, left));
}

function describe(scopes: readonly string[], expiresInSeconds: number | null) {
  return {
    resource_owner_id: 1234,
    scopes,
    expires_in_seconds: expiresInSeconds,
    application: { uid: "docr-stand-in" },
    created_at: 1_600_000_000,
  };
}

/** A token can revoke only itself: bearer and form field must be equal, as in doctl's request. */
function revoke(account: Account, call: Call): Reply {
  const token = new URLSearchParams(call.body).get("token");
  if (call.bearer === undefined || call.bearer !== token) return replyError(401);
  const minted = account.findMinted(token);
  if (minted && isLive(minted)) {
    minted.revoked = true;
    return replyWith({});
  }
  if (!account.scopesOf(token)) return replyError(401);
  account.removeToken(token);
  return replyWith({});
}
