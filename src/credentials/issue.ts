import type { Lifetime } from "../core/lifetime.ts";
import { HelperError } from "../core/errors.ts";
import type { Access, MintedCredential } from "../core/credential.ts";
import { DEFAULT_CONTEXT } from "./accounts/api-tokens.ts";
import { entryOf } from "./minting/cache-key.ts";
import { checkedName, findRegistry } from "./minting/mint.ts";
import type { HelperPorts } from "./ports.ts";
import { quietly } from "./best-effort.ts";
import { findToken } from "./minting/replace.ts";

/** For all calls together, in milliseconds. */
const BUDGET_MS = 18_000;

export interface GiveOutOrder {
  /** Undefined for the one that the settings name, else the account's only one. */
  readonly registry: string | undefined;
  /** Whose token mints, also where the environment has one; undefined for the token that a `get` would take. */
  readonly context: string | undefined;
  readonly access: Access;
  readonly lifetime: Lifetime;
  /** Called with the registry's name, where it is known, before anything is minted; may throw. */
  readonly approve: (registry: string | undefined) => void;
}

/**
 * One new credential for a person, exactly as ordered, whatever is kept: nothing less is taken, and nothing is cached. It
 * is noted in the inventory, without its secret. Throws `no-api-token` where there is nothing to mint with.
 */
export async function giveOut(ports: HelperPorts, order: GiveOutOrder): Promise<MintedCredential> {
  const { access, lifetime } = order;
  const entry = entryOf(ports.settings(), { kind: "docr", registry: order.registry }, ports.sha256);
  const named = entry.registry === undefined ? undefined : checkedName(entry.registry);
  // Who names an account means it, whatever is in the environment.
  const token =
    order.context === undefined ? await findToken(ports, entry) : await ports.tokenSource.find(order.context);
  if (!token) {
    const context = order.context ?? entry.context ?? DEFAULT_CONTEXT;
    throw new HelperError("no-api-token", `there is no API token for the context ${context}`);
  }
  const api = await ports.api(BUDGET_MS);
  const registry = named ?? (await findRegistry(api, token));
  order.approve(registry);
  const minted = await api.mint({ token, registry, access, lifetime });
  ports.trace("given-out", {
    access,
    registry,
    seconds: lifetime.kind === "limited" ? lifetime.ms / 1000 : 0,
  });
  await quietly(() => ports.minted().givenOut.noteGivenOut(minted));
  return minted;
}
