import { randomBytes } from "node:crypto";

/** What one API token may do; the names are DigitalOcean's. */
export type Scope = "registry:read" | "registry:update" | "registry:create" | "account:read";

export type Access = "read-only" | "read-write";

/** A credential of the account. Only the stand-in and its own tests use `secret`. */
export interface Minted {
  readonly id: number;
  readonly secret: string;
  readonly username: string;
  readonly registry: string;
  readonly access: Access;
  readonly mintedAt: number;
  /** Milliseconds since the epoch, or undefined: it never expires. */
  expiresAt: number | undefined;
  revoked: boolean;
}

export interface AccountOptions {
  /** The team's registries, in the API's order. */
  readonly registries?: readonly string[];
  readonly email?: string;
  /** Minted secrets look like personal tokens or like OAuth tokens. */
  readonly mintedPrefix?: "dop_v1_" | "doo_v1_";
  /** The user half of a minted credential: the secret itself, or the account's email. */
  readonly mintedUsername?: "token" | "email";
}

export const ALL_SCOPES: readonly Scope[] = ["registry:read", "registry:update", "account:read"];

/** A token in the right format that belongs to no account. */
export function inventToken(prefix = "dop_v1_"): string {
  return prefix + randomBytes(32).toString("hex");
}

/** The account behind the API: its tokens, its registries and its credentials. */
export class Account {
  registries: string[];
  readonly email: string;
  readonly minted: Minted[] = [];
  /** The accepted logins of the registry, in order: the id of the minted credential, or `api-token` for an API token. */
  readonly registryLogins: (number | "api-token")[] = [];
  readonly #tokens = new Map<string, ReadonlySet<string>>();
  readonly #options: AccountOptions;

  constructor(options: AccountOptions = {}) {
    this.#options = options;
    this.registries = [...(options.registries ?? ["acme"])];
    this.email = options.email ?? "sammy@digitalocean.example";
  }

  addToken(scopes: readonly string[] = ALL_SCOPES, token: string = inventToken()): string {
    this.#tokens.set(token, new Set(scopes));
    return token;
  }

  removeToken(token: string): void {
    this.#tokens.delete(token);
  }

  /** The scopes of an API token. Undefined if it is not this account's. */
  scopesOf(token: string): ReadonlySet<string> | undefined {
    return this.#tokens.get(token);
  }

  /** With an expiry of undefined or 0, as in the API, the credential never expires. */
  mint(registry: string, access: Access, expirySeconds: number | undefined): Minted {
    const secret = inventToken(this.#options.mintedPrefix ?? "dop_v1_");
    const minted: Minted = {
      id: this.minted.length + 1,
      secret,
      username: this.#options.mintedUsername === "email" ? this.email : secret,
      registry,
      access,
      mintedAt: Date.now(),
      expiresAt: expirySeconds ? Date.now() + expirySeconds * 1000 : undefined,
      revoked: false,
    };
    this.minted.push(minted);
    return minted;
  }

  /** The credential with this secret, valid or not. */
  findMinted(secret: string): Minted | undefined {
    return this.minted.find((minted) => minted.secret === secret);
  }
}

/** Whether the registry accepts it. */
export function isLive(minted: Minted): boolean {
  return !minted.revoked && (minted.expiresAt === undefined || minted.expiresAt > Date.now());
}
