import type { Access, Account, Minted } from "./digitalocean-account.ts";
import { type Call, type Reply, replyError, replyWith } from "./digitalocean-exchange.ts";

export interface V2Options {
  /** Appends a newline to the password before base64, as in the published example. */
  readonly trailingNewline?: boolean;
  /** The status for a minted credential as bearer. Not documented; 401 by default. */
  readonly mintedBearerStatus?: 401 | 403;
}

const REGISTRY_HOST = "registry.digitalocean.com";
const SUBSCRIPTION = {
  tier: {
    name: "Basic",
    slug: "basic",
    included_repositories: 5,
    included_storage_bytes: 5_368_709_120,
    allow_storage_overage: true,
    included_bandwidth_bytes: 5_368_709_120,
    monthly_price_in_cents: 500,
    storage_overage_price_in_cents: 2,
  },
  created_at: "2020-01-23T21:19:12Z",
  updated_at: "2020-11-05T15:53:24Z",
};

/** The `/v2` endpoints of api.digitalocean.com. Undefined for another path. */
export function answerV2(account: Account, call: Call, options: V2Options): Reply | undefined {
  const handler = findHandler(call.path);
  if (!handler) return undefined;
  if (call.method !== "GET") return replyError(405);
  const scopes = call.bearer === undefined ? undefined : account.scopesOf(call.bearer);
  if (!scopes) {
    const isMinted = call.bearer !== undefined && account.findMinted(call.bearer) !== undefined;
    return replyError(isMinted ? (options.mintedBearerStatus ?? 401) : 401);
  }
  return handler(account, call, scopes, options);
}

type Handler = (account: Account, call: Call, scopes: ReadonlySet<string>, options: V2Options) => Reply;

function findHandler(path: string): Handler | undefined {
  const [, name, rest] = /^\/v2\/registries\/([^/]+)(\/docker-credentials)?$/.exec(path) ?? [];
  if (name !== undefined) {
    return (account, call, scopes, options) => {
      if (!mayRead(scopes) && rest === undefined) return replyError(403);
      if (!account.registries.includes(name)) return replyError(404);
      if (rest === undefined) return replyWith({ registry: describeRegistry(name) });
      return mint(account, call, scopes, name, options);
    };
  }
  return FIXED[path];
}

const FIXED: Readonly<Record<string, Handler>> = {
  "/v2/account": (account, _call, scopes) =>
    scopes.has("account:read") || scopes.has("read")
      ? replyWith({ account: describeAccount(account) })
      : replyError(403),
  "/v2/registries": (account, _call, scopes) =>
    mayRead(scopes)
      ? replyWith({
          registries: account.registries.map((name) => ({
            ...describeRegistry(name),
            subscription: SUBSCRIPTION,
          })),
        })
      : replyError(403),
  "/v2/registry": (account, _call, scopes) => {
    if (!mayRead(scopes)) return replyError(403);
    const only = onlyRegistry(account);
    return "status" in only
      ? only
      : replyWith({ registry: { ...describeRegistry(only.name), subscription: SUBSCRIPTION } });
  },
  "/v2/registry/docker-credentials": (account, call, scopes, options) => {
    const only = onlyRegistry(account);
    return "status" in only ? only : mint(account, call, scopes, only.name, options);
  },
};

/** The deprecated endpoints are for one registry: 404 without one, 412 with several. */
function onlyRegistry(account: Account): Reply | { readonly name: string } {
  const [name, ...others] = account.registries;
  if (name === undefined) return replyError(404);
  return others.length > 0 ? replyError(412) : { name };
}

function mint(
  account: Account,
  call: Call,
  scopes: ReadonlySet<string>,
  registry: string,
  options: V2Options,
): Reply {
  const access: Access = call.query.get("read_write") === "true" ? "read-write" : "read-only";
  if (access === "read-write" ? !mayWrite(scopes) : !mayRead(scopes)) return replyError(403);
  const expiry = Number(call.query.get("expiry_seconds") ?? "0");
  if (!Number.isInteger(expiry) || expiry < 0) return replyError(400);
  return replyWith(encodeAuths(account.mint(registry, access, expiry), options));
}

function encodeAuths(minted: Minted, options: V2Options): unknown {
  const text = `${minted.username}:${minted.secret}${options.trailingNewline ? "\n" : ""}`;
  return { auths: { [REGISTRY_HOST]: { auth: Buffer.from(text).toString("base64") } } };
}

/** A token without custom scopes has `read`, and `write` if it can change things. */
const mayRead = (scopes: ReadonlySet<string>): boolean => scopes.has("registry:read") || scopes.has("read");
const mayWrite = (scopes: ReadonlySet<string>): boolean =>
  ["registry:update", "registry:create", "write"].some((scope) => scopes.has(scope));

function describeRegistry(name: string) {
  return {
    name,
    created_at: "2020-03-21T16:02:37Z",
    region: "fra1",
    storage_usage_bytes: 29_393_920,
    storage_usage_bytes_updated_at: "2020-11-04T21:39:49.530562Z",
  };
}

function describeAccount(account: Account) {
  return {
    droplet_limit: 25,
    floating_ip_limit: 5,
    email: account.email,
    name: "Sammy the Shark",
    uuid: "b6fr89dbf6d9156cace5f3c78dc9851d957381ef",
    email_verified: true,
    status: "active",
    status_message: "",
    team: { uuid: "5df3e3004a17e242b7c20ca6c9fc25b701a47ece", name: "My Team" },
  };
}
