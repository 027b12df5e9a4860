/** Lists the accounts that docr knows, by the names of their contexts. */
import { existsSync } from "node:fs";
import { doctlConfigPath } from "../../config/doctl-path.ts";
import type { ConfigFile } from "../../config/config-file.ts";
import type { HelperError } from "../../core/errors.ts";
import { isHelperError } from "../../core/errors.ts";
import type { Machine } from "../../core/machine.ts";
import { DEFAULT_CONTEXT } from "../../credentials/accounts/api-tokens.ts";
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

/** Makes no network request. Throws `bad-setting`. */
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
  const stored = await attempt(() => accounts.contexts(), []);
  const doctl = await attempt(() => readDoctl(machine), { names: [], current: DEFAULT_CONTEXT });
  const current =
    accounts.contextInUse() ??
    (stored.includes(DEFAULT_CONTEXT) ? DEFAULT_CONTEXT : (doctl.current ?? DEFAULT_CONTEXT));
  const names = new Set([...stored, ...doctl.names, ...Object.values(mapped), current]);
  return {
    failures,
    contexts: [...names].toSorted().map((name) => ({
      name,
      isCurrent: name === current,
      sources: [
        ...(stored.includes(name) ? (["store"] as const) : []),
        ...(doctl.names.includes(name) ? (["doctl"] as const) : []),
      ],
      registries: Object.keys(mapped).filter((registry) => mapped[registry] === name),
    })),
  };
}

interface DoctlContexts {
  readonly names: readonly string[];
  /** Undefined if doctl is not configured. */
  readonly current: string | undefined;
}

/** Loads the YAML parser only if there is a file to parse. */
async function readDoctl(machine: Machine): Promise<DoctlContexts> {
  const path = doctlConfigPath(machine);
  if (path === undefined || !existsSync(path)) return { names: [], current: undefined };
  const { listDoctlContexts } = await import("../../config/doctl.ts");
  return listDoctlContexts(machine);
}
