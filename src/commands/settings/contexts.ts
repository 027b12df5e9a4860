/** Lists the accounts that docr knows, by the names of their contexts. */
import { readDoctlContexts } from "../../config/doctl-contexts.ts";
import type { ConfigFile } from "../../config/config-file.ts";
import type { HelperError } from "../../core/errors.ts";
import { isHelperError } from "../../core/errors.ts";
import { DEFAULT_CONTEXT, type StoredContexts } from "../../credentials/accounts/api-tokens.ts";
import type { CommandContext } from "../context.ts";

export interface Context {
  readonly name: string;
  /** Whether a `get` for the bare host uses it, unless the environment has an API token. */
  readonly isCurrent: boolean;
  /** Where its API token is stored. Empty for a context that only the settings mention. */
  readonly sources: readonly ("store" | "doctl")[];
  /** The registries that the configuration file maps to it. */
  readonly registries: readonly string[];
}

export interface Contexts {
  /** Sorted by name. */
  readonly contexts: readonly Context[];
  /** The errors of the store and of doctl's configuration. */
  readonly failures: readonly HelperError[];
}

const NO_CONTEXTS: StoredContexts = { names: [] };

/** Makes no network request. */
export async function findContexts(
  { accounts, machine }: Pick<CommandContext, "accounts" | "machine">,
  { contexts: mapped = {} }: ConfigFile,
): Promise<Contexts> {
  const failures: HelperError[] = [];
  const attempt = async <T>(read: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      if (!isHelperError(error)) throw error;
      failures.push(error);
      return otherwise;
    }
  };
  const { names: stored, incomplete } = await attempt(() => accounts.contexts(), NO_CONTEXTS);
  if (incomplete) failures.push(incomplete);
  const doctl = await attempt(() => readDoctlContexts(machine), undefined);
  const inDoctl = doctl?.names ?? [];
  const chosen = await attempt(async () => accounts.contextInUse(), undefined);
  const otherwise = stored.includes(DEFAULT_CONTEXT) ? DEFAULT_CONTEXT : doctl?.current;
  const current = chosen ?? otherwise ?? DEFAULT_CONTEXT;
  const names = new Set([...stored, ...inDoctl, ...Object.values(mapped), current]);
  return {
    failures,
    contexts: [...names].toSorted().map((name) => ({
      name,
      isCurrent: name === current,
      sources: [
        ...(stored.includes(name) ? (["store"] as const) : []),
        ...(inDoctl.includes(name) ? (["doctl"] as const) : []),
      ],
      registries: Object.keys(mapped).filter((registry) => mapped[registry] === name),
    })),
  };
}
