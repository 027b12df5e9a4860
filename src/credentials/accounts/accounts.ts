import { REGISTRY_HOST } from "../../core/address.ts";
import type { MintedCredential } from "../../core/credential.ts";
import { DEFAULT_CONTEXT } from "./api-tokens.ts";
import { accountName, entryOf } from "../minting/cache-key.ts";
import type { HelperPorts } from "../ports.ts";
import { quietly } from "../best-effort.ts";
import { whileKeeping } from "../minting/replace.ts";
import { revokeAll } from "../revocation.ts";
import type { Secret } from "../../core/secret.ts";

/** The context whose account a `get` for the bare host means; undefined for the default one. */
export function contextInUse(ports: HelperPorts): string | undefined {
  return entryOf(ports.settings(), { kind: "docr", registry: undefined }, ports.sha256).context;
}

/**
 * Whether the account's own tokens, in the store or in doctl's config, minted the credential: the environment's token
 * is nobody's account. Without a context, the default one is meant.
 */
export function ofAccount(
  ports: HelperPorts,
  context: string | undefined,
): (credential: MintedCredential) => boolean {
  const isDefault = context === undefined || context === DEFAULT_CONTEXT;
  const contexts = isDefault ? [undefined, DEFAULT_CONTEXT] : [context];
  const names = new Set(contexts.map((one) => accountName(one, ports.settings())));
  return ({ origin }) => origin.kind !== "environment" && names.has(origin.account);
}

/**
 * Keeps an API token that the API has accepted as the account's. What the account's older token, or doctl's, has minted is
 * not answered any more, and revoked. After a login with the same token it is only taken out of use: something may be
 * using it, and whoever logs in again wants a new one.
 */
export async function keepApiToken(
  ports: HelperPorts,
  context: string | undefined,
  secret: Secret,
): Promise<void> {
  const isOfAccount = ofAccount(ports, context);
  const outdated = await whileKeeping(ports, async () => {
    const isNew = await ports.apiTokens.write(context, secret);
    await ports.logins.erase(REGISTRY_HOST);
    const forgotten: MintedCredential[] = [];
    for (const place of ports.everywhere()) {
      await quietly(() => place.forgetReadOnly());
      await (isNew
        ? place.forget(({ credential }) => isOfAccount(credential), forgotten)
        : place.retire(isOfAccount));
    }
    return forgotten;
  });
  await revokeAll(ports, outdated);
}
