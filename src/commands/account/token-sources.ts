import { readDoctlContexts } from "../../config/doctl-contexts.ts";
import { environmentTokens } from "../../config/registry.ts";
import { type HelperError, isHelperError } from "../../core/errors.ts";
import type { Machine } from "../../core/machine.ts";
import { DEFAULT_CONTEXT } from "../../credentials/accounts/api-tokens.ts";
import type { CommandContext } from "../context.ts";

/** One of the sources where `get` looks for an API token. Contains no secret. */
export interface TokenSourceState {
  /** A variable's name, or a description of the source. */
  readonly name: string;
  readonly kind: "environment" | "store" | "doctl";
  /** `broken`: it contains something else, or cannot be read. */
  readonly state: "set" | "empty" | "broken";
  /** The accounts that have an API token there. Empty for the environment, whose token names no account. */
  readonly contexts: readonly string[];
  /** Why it is broken. */
  readonly failure: HelperError | undefined;
  /** Whether this source decides the result of a `get` for the bare host: docr uses its API token, or fails because of it. */
  readonly isDeciding: boolean;
}

interface Search {
  /** The name of docr's store. */
  readonly store: string;
  /** The current account. Undefined for the source's own default. */
  readonly context: string | undefined;
}

/**
 * Yields the sources in the order in which `get` looks at them. Makes no network request. Reads only the environment's API token, to
 * check its format.
 */
export async function* findTokenSources(
  machine: Machine,
  accounts: Pick<CommandContext["accounts"], "contexts" | "readStored">,
  { store, context }: Search,
): AsyncGenerator<TokenSourceState> {
  const sources: readonly Source[] = [
    ...environmentTokens(machine).map((place): Source => ({
      name: place.name,
      kind: "environment",
      read: async () => (place.read() ? { found: [place.name], wanted: place.name } : NOTHING),
    })),
    {
      name: store,
      kind: "store",
      async read() {
        const { names, incomplete } = await accounts.contexts();
        const wanted = context ?? DEFAULT_CONTEXT;
        // Fails, as `get` does, if this account's API token is in the locked part.
        if (incomplete && !names.includes(wanted)) await accounts.readStored(wanted);
        return { found: names, wanted };
      },
    },
    { name: "doctl's config", kind: "doctl", read: () => readDoctl(machine, context) },
  ];
  let isDecided = false;
  for (const source of sources) {
    const state = await stateOf(source, isDecided);
    isDecided ||= state.isDeciding;
    yield state;
  }
}

interface Source extends Pick<TokenSourceState, "name" | "kind"> {
  readonly read: () => Promise<Found>;
}

interface Found {
  readonly found: readonly string[];
  /** The one that `get` uses, if `found` contains it. */
  readonly wanted: string;
}

const NOTHING: Found = { found: [], wanted: DEFAULT_CONTEXT };

/** `isDecided`: an earlier source already decides. */
async function stateOf({ name, kind, read }: Source, isDecided: boolean): Promise<TokenSourceState> {
  try {
    const { found, wanted } = await read();
    return {
      name,
      kind,
      state: found.length > 0 ? "set" : "empty",
      contexts: kind === "environment" ? [] : found,
      failure: undefined,
      isDeciding: !isDecided && found.includes(wanted),
    };
  } catch (failure) {
    if (!isHelperError(failure)) throw failure;
    // If there is no keychain, `get` continues with doctl's configuration.
    const isDeciding = !isDecided && failure.code !== "keychain-missing";
    return { name, kind, state: "broken", contexts: [], failure, isDeciding };
  }
}

async function readDoctl(machine: Machine, context: string | undefined): Promise<Found> {
  const doctl = await readDoctlContexts(machine);
  return doctl ? { found: doctl.names, wanted: context?.toLowerCase() ?? doctl.current } : NOTHING;
}
