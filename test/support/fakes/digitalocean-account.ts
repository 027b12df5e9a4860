import { randomBytes } from "node:crypto";

/** What one API token may do; the names are DigitalOcean's. */
export type Scope = "registry:read" | "registry:update" | "registry:create" | "account:read";

export type Access = "read-only" | "read-write";

/** A credential that the account handed out. `secret` stays inside the stand-in and its own tests. */
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

/** A token of the right shape that nobody knows. */
export function inventToken(prefix = "dop_v1_"): string {
  return prefix + randomBytes(32).toString("hex");
}

/** The account behind the API: tokens, registries, and everything that was minted. */
export class Account {
  registries: string[];
  readonly email: string;
  readonly minted: Minted[] = [];
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

  /** The scopes of an API token, or undefined where it is none of this account's. */
  scopesOf(token: string): ReadonlySet<string> | undefined {
    return this.#tokens.get(token);
  }

  /** An expiry of undefined or 0 means never, as the API has it. */
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

  /** The credential with this secret, dead or alive. */
  findMinted(secret: string): Minted | undefined {
    return this.minted.find((minted) => minted.secret === secret);
  }
}

/** Whether the registry still takes it. */
export function isLive(minted: Minted): boolean {
  return !minted.revoked && (minted.expiresAt === undefined || minted.expiresAt > Date.now());
}
