import { REGISTRY_HOST } from "../../core/address.ts";
import type { MintedCredential } from "../../core/credential.ts";
import { HelperError, isHelperError } from "../../core/errors.ts";
import { expiresAt, limited } from "../../core/lifetime.ts";
import { formatTime } from "../../terminal/times.ts";
import type { CommandContext } from "../context.ts";
import { parseExpiry } from "../credentials/expiry.ts";
import { issueFor, parseRegistryNames } from "../credentials/issuing.ts";
import type { Target } from "../images/target.ts";
import { checkTargetLogin } from "./login-check.ts";

/** Long, because a platform cannot renew the credential in its secret. */
export const DEFAULT_EXPIRY = "30d";

type IssueContext = Pick<CommandContext, "accounts" | "issue" | "issueAll" | "terminal">;

/**
 * Issues a read-only credential for each registry at DigitalOcean that the targets name. Returns none if docr has no API token: a
 * client may have another login.
 */
export async function issueForTargets(
  targets: readonly Target[],
  expiry: string | undefined,
  context: IssueContext,
): Promise<readonly MintedCredential[]> {
  if (targets.length === 0) {
    if (expiry === undefined) return [];
    throw new HelperError("bad-arguments", `--expiry is for ${REGISTRY_HOST}`);
  }
  const registries = registryNamesOf(targets);
  const order = {
    registries,
    context: undefined,
    access: "read-only",
    lifetime: limited(1000 * parseExpiry(expiry ?? DEFAULT_EXPIRY)),
    approve: () => undefined,
    usage: `docr secret ${REGISTRY_HOST}/NAME`,
  } as const;
  try {
    const issued = await issueFor(order, context);
    for (const credential of issued) context.terminal.note(describeIssued(credential));
    return issued;
  } catch (error) {
    if (isHelperError(error, "no-api-token")) return [];
    throw error;
  }
}

/** Checks each credential with the registry. If the registry rejects one, revokes all of them, because the user does not get them. */
export async function checkIssued(
  issued: readonly MintedCredential[],
  targets: readonly Target[],
  context: Pick<CommandContext, "registries" | "revokeIssued" | "terminal" | "reporter">,
): Promise<void> {
  try {
    for (const target of targets) {
      const name = registryNameOf(target);
      const login = issued.find(({ registry }) => name === undefined || registry === name);
      if (login) await checkTargetLogin(target, login, context);
    }
  } catch (error) {
    await context.revokeIssued(issued.map(({ secret }) => secret));
    throw error;
  }
}

/** Returns no names if the target is only the host. */
function registryNamesOf(targets: readonly Target[]): readonly string[] {
  const names = targets.map(registryNameOf).filter((name) => name !== undefined);
  if (names.length === 0 || names.length === targets.length) return parseRegistryNames(names);
  throw new HelperError("bad-arguments", `one of several addresses on ${REGISTRY_HOST} names no registry`, {
    hint: `name the registry in each: ${REGISTRY_HOST}/NAME`,
  });
}

function registryNameOf({ repository }: Pick<Target, "repository">): string | undefined {
  return repository?.split("/", 1)[0];
}

function describeIssued(credential: MintedCredential): string {
  const end = expiresAt(credential);
  const until = end === undefined ? "never expires" : `expires ${formatTime(end)}`;
  return `created a read-only credential for ${credential.registry ?? REGISTRY_HOST}; it ${until}`;
}
