import type { Credential } from "../../core/credential.ts";
import { isHelperError, toHelperError } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";
import type { LoginCheck } from "../../oci/registries.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { type Checked, type CheckOutcome, describeChecked, describeSeveral } from "../images/outcome.ts";
import { isImage } from "../images/target.ts";
import { type KeyedLogin, type LoginAddress, parseStoredAddress, requireLogin } from "./logins.ts";

/** Throws `no-login` if a login is not in docr's store. */
export const checkLoginCommand = defineCommand({
  name: "registry check",
  arguments: ["<host...>"],
  summary: "Check whether registries accept the stored logins",
  examples: ["docr registry check ghcr.io", "docr registry check ghcr.io registry.local/user1/image1"],
  exitCodes: { 0: "accepted", 1: "failure", 2: "wrong usage", 3: "no login is stored", 4: "rejected" },
  needs: ["logins", "registries", "terminal"],
  async run({ args: [texts] }, context) {
    const addresses = texts.map(parseStoredAddress);
    const found: (readonly [LoginAddress, KeyedLogin])[] = [];
    for (const address of addresses) found.push([address, await requireLogin(context.logins, address)]);
    const all = await Promise.all(found.map(([address, login]) => checkStored(address, login, context)));
    const [only, ...others] = all;
    if (!only || others.length > 0) return describeSeveral(all, context.terminal);
    if (only.outcome.status === "failed") throw only.outcome.failure;
    return describeChecked(only, context.terminal);
  },
});

/** Never throws: a failure is an outcome. */
export async function checkStored(
  address: LoginAddress,
  { login }: KeyedLogin,
  context: Pick<CommandContext, "registries" | "terminal">,
): Promise<Checked> {
  const { host, name } = address;
  const credential = { username: new Secret(login.username), secret: login.secret };
  const used = { login: credential, label: "docr's store", json: { source: "docr" } };
  return { host, name, key: "registry", used, outcome: await outcomeOf(address, credential, context) };
}

async function outcomeOf(
  address: LoginAddress,
  credential: Credential,
  context: Pick<CommandContext, "registries" | "terminal">,
): Promise<CheckOutcome> {
  try {
    const check = await checkWithRegistry(address, credential, context);
    return { status: check === "accepted" ? "accepted" : "open" };
  } catch (error) {
    const isRefused =
      isHelperError(error, "registry-unauthorized") || isHelperError(error, "registry-denied");
    return isRefused
      ? { status: "refused", reason: error.message }
      : { status: "failed", failure: toHelperError(error) };
  }
}

/**
 * Checks whether the registry accepts the login and, for a path, whether the login may read the repository. The repository
 * need not exist. Throws `registry-…`.
 */
export async function checkWithRegistry(
  { target, host }: LoginAddress,
  credential: Credential,
  { registries, terminal }: Pick<CommandContext, "registries" | "terminal">,
): Promise<LoginCheck> {
  const api = await registries();
  return terminal.spin(`asking ${host}`, async () => {
    const check = await api.checkLogin(host, credential);
    if (isImage(target)) await api.findManifest(target, credential);
    return check;
  });
}
