import { REGISTRY_HOST } from "../../core/address.ts";
import { hasApiTokenFormat, type ApiToken } from "../../core/api-token.ts";
import { HelperError, isHelperError } from "../../core/errors.ts";
import type { Trace } from "../../core/reporter.ts";
import type { Secret } from "../../core/secret.ts";
import { bestEffort } from "../best-effort.ts";
import type { Login } from "../codec.ts";
import { type Inventory, isMintedByDocr } from "../inventory/inventory.ts";
import type { OpenMintApi } from "../minting/ports.ts";
import type { Refusals } from "../minting/refusals.ts";
import type { StoredLogins } from "../stored-logins.ts";

/** Clients send an OAuth2 identity token with this user name (docker/cli, containers/image). */
const IDENTITY_TOKEN = "<token>";
/** Time limit of the request that tells an API token from a credential. */
const PROBE_BUDGET_MS = 15_000;

export interface StoreCredentialPorts {
  readonly allInventories: () => readonly Inventory[];
  readonly openApi: OpenMintApi;
  readonly setApiToken: (secret: Secret) => Promise<void>;
  /** Records when a login expires. Never throws. */
  readonly noteExpiry: (secret: Secret) => Promise<void>;
  readonly oauthUrl: () => string;
  readonly logins: StoredLogins;
  readonly refusals: Pick<Refusals, "clear">;
  readonly trace: Trace;
}

/**
 * Handles a `store` for DigitalOcean's registry. Sets an API token as the account's. Ignores a credential that docr minted. Stores
 * any other login, such as a credential from doctl; docr uses it while there is no API token.
 */
export async function storeCredential(login: Login, ports: StoreCredentialPorts): Promise<void> {
  await ports.refusals.clear();
  if (await isMintedByDocr(ports.allInventories(), login.secret)) {
    ports.trace("minted-by-docr");
    return;
  }
  if (await isStored(login, ports.logins)) {
    ports.trace("stored-already");
    return;
  }
  const mayBeApiToken = hasApiTokenFormat(login.secret);
  if (mayBeApiToken && (await isApiToken(login.secret, ports.openApi))) {
    await ports.setApiToken(login.secret);
    return;
  }
  if (login.username === IDENTITY_TOKEN) {
    throw new HelperError("input-identity-token", `${REGISTRY_HOST} does not accept identity tokens`);
  }
  await ports.logins.write(REGISTRY_HOST, { ...login, revokeAt: ports.oauthUrl() });
  if (mayBeApiToken) await ports.noteExpiry(login.secret);
}

/** docker stores what `get` returned: then the login keeps the time at which it was stored first. */
async function isStored({ username, secret }: Login, logins: StoredLogins): Promise<boolean> {
  const present = await bestEffort(() => logins.read(REGISTRY_HOST));
  return present?.username === username && present.secret.equals(secret);
}

/** Asks the API, because a minted credential can have the same format. The API rejects a credential with 401. */
export async function isApiToken(secret: Secret, openApi: OpenMintApi): Promise<boolean> {
  const candidate: ApiToken = {
    secret,
    origin: { kind: "keychain", account: "" },
    source: "the login",
  };
  const api = await openApi(PROBE_BUDGET_MS);
  try {
    await api.listRegistries(candidate);
    return true;
  } catch (error) {
    if (!isHelperError(error)) throw error;
    if (error.code === "api-unauthorized") return false;
    // The API knows the token: it may not list registries, or this API has no list.
    if (error.code === "api-forbidden" || error.code === "api-not-found") return true;
    throw error;
  }
}
