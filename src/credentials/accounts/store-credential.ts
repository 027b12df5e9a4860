import { REGISTRY_HOST } from "../../core/address.ts";
import { hasApiTokenFormat, type ApiToken } from "../../core/api-token.ts";
import { HelperError, isHelperError } from "../../core/errors.ts";
import type { Trace } from "../../core/reporter.ts";
import type { Secret } from "../../core/secret.ts";
import type { Login } from "../codec.ts";
import { type Inventory, isMintedByDocr } from "../inventory/inventory.ts";
import type { OpenMintApi } from "../minting/ports.ts";
import type { StoredLogins } from "../stored-logins.ts";

/** The user name by which clients mark an OAuth2 identity token (docker/cli, containers/image). */
const IDENTITY_TOKEN = "<token>";
/** For the request that tells an API token from a credential. */
const PROBE_BUDGET_MS = 15_000;

export interface StoreCredentialPorts {
  readonly allInventories: () => readonly Inventory[];
  readonly openApi: OpenMintApi;
  readonly setApiToken: (secret: Secret) => Promise<void>;
  readonly logins: StoredLogins;
  readonly trace: Trace;
}

/**
 * A `store` for DigitalOcean's registry. An API token becomes the account's. A credential that docr minted is not stored.
 * Any other login (doctl stores finished credentials) is stored for when there is no API token.
 */
export async function storeCredential(login: Login, ports: StoreCredentialPorts): Promise<void> {
  if (await isMintedByDocr(ports.allInventories(), login.secret)) {
    ports.trace("minted-by-docr");
    return;
  }
  if (hasApiTokenFormat(login.secret) && (await isApiToken(login.secret, ports.openApi))) {
    await ports.setApiToken(login.secret);
    return;
  }
  if (login.username === IDENTITY_TOKEN) {
    throw new HelperError("input-identity-token", `${REGISTRY_HOST} does not accept identity tokens`);
  }
  await ports.logins.write(REGISTRY_HOST, login);
}

/** Asks the API: a minted credential has the same format, and the API answers it with 401. */
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
