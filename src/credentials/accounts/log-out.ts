import { isHelperError } from "../../core/errors.ts";
import { REGISTRY_HOST } from "../../core/address.ts";
import type { MintedCredential } from "../../core/credential.ts";
import { ofAccount } from "./accounts.ts";
import { DEFAULT_CONTEXT } from "./api-tokens.ts";
import { hasToken } from "../list.ts";
import type { MintedCredentials } from "../inventory/credential-cache.ts";
import type { HelperPorts } from "../ports.ts";
import { quietly } from "../best-effort.ts";
import { whileKeeping } from "../minting/replace.ts";
import { revokeAll } from "../revocation.ts";

/** What a logout came to. */
export interface LoggedOut {
  /** The accounts whose API token was forgotten. */
  readonly contexts: readonly string[];
  /** How many minted credentials were revoked. */
  readonly revoked: number;
  /** How many could not be; they are forgotten all the same, and expire by themselves. */
  readonly notRevoked: number;
}

/** Forgets the API token of one account, and forgets and revokes what its tokens have minted. */
export async function logOut(ports: HelperPorts, context: string | undefined): Promise<LoggedOut> {
  const isOfAccount = ofAccount(ports, context);
  const { contexts, failures, ...counts } = await leave(ports, {
    forgetTokens: async () => ((await ports.apiTokens.erase(context)) ? [context ?? DEFAULT_CONTEXT] : []),
    forgetMinted: (place, alive) => place.forget(({ credential }) => isOfAccount(credential), alive),
  });
  if (failures.length > 0) throw failures[0];
  return { contexts, ...counts };
}

/**
 * Forgets every account's API token, the login for our host, and all that was minted, the environment's included, and
 * revokes that. Asks for no settings: a wrong one must not keep anybody from a logout.
 */
export async function logOutEverywhere(ports: HelperPorts): Promise<LoggedOut> {
  const { contexts, failures, ...counts } = await leave(ports, {
    forgetTokens: () => ports.apiTokens.eraseAll(),
    forgetLogin: () => ports.logins.erase(REGISTRY_HOST),
    async forgetMinted(place, alive) {
      await place.forget(() => true, alive);
    },
    forgetNotes: (place) => place.forgetReadOnly(),
  });
  const serious = failures.filter((error) => !isKeychainMissing(error));
  if (serious.length > 0) throw serious[0];
  // Without a keychain there is nothing in it to forget, for somebody whose token is not kept there.
  if (failures.length > 0 && !(await quietly(() => hasToken(ports)))) throw failures[0];
  return { contexts, ...counts };
}

interface Leaving {
  forgetTokens(): Promise<readonly string[]>;
  forgetLogin?(): Promise<unknown>;
  forgetMinted(place: MintedCredentials, alive: MintedCredential[]): Promise<void>;
  forgetNotes?(place: MintedCredentials): Promise<void>;
}

/** Does all of it, whatever of it fails. */
async function leave(ports: HelperPorts, leaving: Leaving): Promise<LoggedOut & { failures: unknown[] }> {
  let contexts: readonly string[] = [];
  const alive: MintedCredential[] = [];
  const failures: unknown[] = [];
  const attempt = async (work: () => Promise<unknown> | undefined): Promise<void> => {
    try {
      await work();
    } catch (error) {
      failures.push(error);
    }
  };
  await whileKeeping(ports, async () => {
    await attempt(async () => (contexts = await leaving.forgetTokens()));
    await attempt(() => leaving.forgetLogin?.());
    for (const place of ports.everywhere()) {
      await attempt(() => leaving.forgetMinted(place, alive));
      await attempt(() => leaving.forgetNotes?.(place));
    }
  });
  const left = await revokeAll(ports, alive);
  return { contexts, revoked: alive.length - left.length, notRevoked: left.length, failures };
}

function isKeychainMissing(error: unknown): boolean {
  return isHelperError(error) && error.code === "keychain-missing";
}
