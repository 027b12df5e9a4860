import { parseAddress, isRegistryName } from "../../core/address.ts";
import type { Access, MintedCredential } from "../../core/credential.ts";
import { type ErrorCode, HelperError, isHelperError } from "../../core/errors.ts";
import type { Lifetime } from "../../core/lifetime.ts";
import { undefinedIfFailed } from "../../credentials/best-effort.ts";
import type { CommandContext } from "../context.ts";

export interface CredentialsOrder {
  /** Their names, without duplicates. If empty, the registry that the settings name, or else the account's only one. */
  readonly registries: readonly string[];
  readonly context: string | undefined;
  readonly access: Access;
  readonly lifetime: Lifetime;
  /** Called before the first mint, with the registries' names as far as docr knows them. May throw to prevent the mint. */
  readonly approve: (registries: readonly (string | undefined)[]) => void;
  /** How the user names a registry, for hints: `docr credentials NAME`. */
  readonly usage: string;
}

/** At least one. */
export type IssuedCredentials = readonly [MintedCredential, ...MintedCredential[]];

/** Mints one credential for each registry, or none if one fails. Throws `no-api-token` and the API's errors, with the command's hints. */
export async function issueFor(
  order: CredentialsOrder,
  context: Pick<CommandContext, "accounts" | "issue" | "issueAll" | "terminal">,
): Promise<IssuedCredentials> {
  const { registries, approve, ...rest } = order;
  const [only, ...others] = registries;
  return context.terminal.spin("asking DigitalOcean", async () => {
    try {
      if (others.length === 0) {
        const approveOne = (name: string | undefined): void => approve([name]);
        return [await context.issue({ ...rest, registry: only, approve: approveOne })];
      }
      approve(registries);
      const [first, ...more] = await context.issueAll({ ...rest, registries, approve: () => undefined });
      if (!first) throw new HelperError("internal", "no credential was issued");
      return [first, ...more];
    } catch (error) {
      throw isHelperError(error) ? await explain(error, order, context.accounts) : error;
    }
  });
}

/** Parses the name of a registry at DigitalOcean, with or without the host before it. Throws `bad-arguments`. */
export function parseRegistryName(text: string): string {
  const address = parseAddress(text);
  const name = address.kind === "digitalocean" ? (address.registry ?? "") : text;
  if (isRegistryName(name)) return name;
  throw new HelperError("bad-arguments", "a registry name has 1 to 63 characters of a-z, 0-9 and -", {
    hint: "docr login lists the names",
  });
}

/** Parses the names and removes duplicates. */
export function parseRegistryNames(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.map(parseRegistryName))];
}

const ASKS_FOR_NAME: ReadonlySet<ErrorCode> = new Set(["several-registries", "api-ambiguous"]);

/** Replaces the hint for docker's `get` with one for the command. */
async function explain(
  error: HelperError,
  { registries, context, usage }: CredentialsOrder,
  accounts: CommandContext["accounts"],
): Promise<HelperError> {
  const { code, message, cause, response } = error;
  const [registry] = registries;
  if (code === "api-not-found" && registry !== undefined) {
    const names = await undefinedIfFailed(() => accounts.listRegistries({ registry, context }));
    const unknown = registries.find((name) => names?.includes(name) === false);
    if (names && unknown !== undefined) return noSuchRegistry(unknown, names, error);
    return new HelperError(code, message, {
      cause,
      response,
      hint: `name a registry of this account: ${usage}`,
    });
  }
  if (!ASKS_FOR_NAME.has(code)) return error;
  return new HelperError(code, message, { cause, response, hint: `name one: ${usage}` });
}

function noSuchRegistry(name: string, names: readonly string[], cause: HelperError): HelperError {
  const [first, ...others] = names;
  const hint =
    first === undefined
      ? "it has none; create one: doctl registry create NAME"
      : others.length === 0
        ? `its only registry is ${first}`
        : `its registries are ${listNames(names)}`;
  const message = `this account has no registry named ${name}`;
  return new HelperError(cause.code, message, { cause, response: cause.response, hint });
}

/** `a, b and c`. */
function listNames(names: readonly string[]): string {
  return `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}
