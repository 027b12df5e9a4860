import { type AcceptedToken, canPush } from "../../credentials/accounts/log-in.ts";
import type { Account, Registry } from "../../credentials/accounts/ports.ts";
import { isoOrNever } from "../credentials/live-table.ts";
import { formatBytes } from "../../terminal/sizes.ts";
import { alignColumns } from "../../terminal/table.ts";
import { formatDuration } from "../../terminal/durations.ts";

/** Where the API token was stored. */
interface Stored {
  readonly context: string;
  /** The store's name. */
  readonly store: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const UNKNOWN = "unknown (requires the scope account:read)";

export function describeLogin(
  { token, account, registries }: AcceptedToken,
  { context, store }: Stored,
  width: number | undefined,
): string {
  const life = token?.expiresInSeconds;
  const end = life === undefined ? "never expires" : `expires in ${formatDuration(life * 1000)}`;
  const rows = [
    ["logged in", `account ${context}, stored in ${store}`],
    ["account", account ? describeAccount(account) : UNKNOWN],
    ["team", account ? (account.team ?? "none") : "unknown"],
    ["scopes", token ? describeScopes(token.scopes) : "unknown"],
    ...(token ? [["API token", end]] : []),
    ...describeRegistries(registries),
  ];
  return alignColumns(rows, width);
}

/** A field is null if DigitalOcean did not return it. The expiry is also null if the token never expires. */
export function jsonOfLogin({ token, account, registries }: AcceptedToken, stored: Stored): unknown {
  const life = token?.expiresInSeconds;
  return {
    context: stored.context,
    store: stored.store,
    account: account ? { email: account.email, status: account.status, team: account.team ?? null } : null,
    token: token
      ? {
          scopes: token.scopes,
          canPush: canPush(token),
          expiresAt: isoOrNever(life === undefined ? undefined : stored.now + life * 1000),
        }
      : null,
    registries:
      registries?.map(({ name, region, createdAt, storageBytes }) => ({
        name,
        region: region ?? null,
        createdAt: createdAt ?? null,
        storageBytes: storageBytes ?? null,
      })) ?? null,
  };
}

function describeAccount({ email, status }: Account): string {
  return status === "active" || status === "unknown" ? email : `${email} (${status})`;
}

/** Names only the relevant scopes, because a token with full access has over a hundred. */
function describeScopes(scopes: readonly string[]): string {
  const relevant = scopes.filter((scope) => /^(?:registry:|account:|read$|write$)/.test(scope));
  const others = scopes.length - relevant.length;
  const rest = others === 0 ? [] : [`and ${others} others`];
  return [...relevant, ...rest].join(", ") || "none";
}

function describeRegistries(registries: readonly Registry[] | undefined): string[][] {
  if (!registries) return [["registries", "unknown"]];
  if (registries.length === 0) return [["registries", "none; create one: doctl registry create NAME"]];
  return registries.map((registry, index) => [
    index === 0 ? "registries" : "",
    [
      registry.name,
      ...(registry.region === undefined ? [] : [registry.region]),
      ...(registry.storageBytes === undefined ? [] : [formatBytes(registry.storageBytes)]),
      ...(registry.createdAt === undefined ? [] : [`created ${registry.createdAt.slice(0, 10)}`]),
    ].join(", "),
  ]);
}
