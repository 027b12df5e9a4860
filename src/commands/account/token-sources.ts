import { existsSync } from "node:fs";
import { doctlConfigPath } from "../../config/doctl-path.ts";
import type { Machine } from "../../core/machine.ts";
import { environmentTokens } from "../../config/registry.ts";
import { type HelperError, isHelperError } from "../../core/errors.ts";
import { DEFAULT_CONTEXT } from "../../credentials/accounts/api-tokens.ts";
import type { VerbPorts } from "../ports.ts";

/** One of the places where a `get` looks for an API token; nothing of it is secret. */
export interface TokenPlaceState {
  /** A variable's name, or what the place is. */
  readonly name: string;
  readonly kind: "environment" | "store" | "doctl";
  /** `broken`: it holds something else, or cannot be looked into. */
  readonly state: "set" | "empty" | "broken";
  /** Whose API tokens are there; none for the environment, whose token is nobody's. */
  readonly contexts: readonly string[];
  /** What is wrong with it. */
  readonly failure: HelperError | undefined;
  /** Whether a `get` for the bare host takes its API token, or fails at it. */
  readonly isDeciding: boolean;
}

/**
 * In the order in which a `get` looks at them. `store` names the store of API tokens, `context` is the one in use, or
 * undefined where the place decides. Asks no network, and opens no token but the environment's, for its shape.
 */
export async function* lookForTokens(
  { domain, machine }: VerbPorts,
  store: string,
  context: string | undefined,
): AsyncGenerator<TokenPlaceState> {
  const looks: readonly Look[] = [
    ...environmentTokens(machine).map((place): Look => ({
      name: place.name,
      kind: "environment",
      look: async () => (place.read() ? { found: [place.name], wanted: place.name } : NOTHING),
    })),
    {
      name: store,
      kind: "store",
      look: async () => ({
        found: await domain.apiTokens.contexts(),
        wanted: context ?? DEFAULT_CONTEXT,
      }),
    },
    { name: "doctl's config", kind: "doctl", look: () => lookInDoctl(machine, context) },
  ];
  let isOpen = true;
  for (const one of looks) {
    const state = await stateOf(one, isOpen);
    isOpen &&= !state.isDeciding;
    yield state;
  }
}

interface Look extends Pick<TokenPlaceState, "name" | "kind"> {
  readonly look: () => Promise<Found>;
}

interface Found {
  readonly found: readonly string[];
  /** The one that a `get` would take, if it is there. */
  readonly wanted: string;
}

const NOTHING: Found = { found: [], wanted: DEFAULT_CONTEXT };

/** `isOpen` says that no place before this one decides. */
async function stateOf({ name, kind, look }: Look, isOpen: boolean): Promise<TokenPlaceState> {
  try {
    const { found, wanted } = await look();
    return {
      name,
      kind,
      state: found.length > 0 ? "set" : "empty",
      contexts: kind === "environment" ? [] : found,
      failure: undefined,
      isDeciding: isOpen && found.includes(wanted),
    };
  } catch (failure) {
    if (!isHelperError(failure)) throw failure;
    // No keychain at all stops nobody: doctl's config may do.
    const isDeciding = isOpen && failure.code !== "keychain-missing";
    return { name, kind, state: "broken", contexts: [], failure, isDeciding };
  }
}

/** The parser of YAML is loaded only where there is something to parse. */
async function lookInDoctl(machine: Machine, context: string | undefined): Promise<Found> {
  const path = doctlConfigPath(machine);
  if (path === undefined || !existsSync(path)) return NOTHING;
  const { listDoctlContexts } = await import("../../config/doctl.ts");
  const { names, current } = listDoctlContexts(machine);
  return { found: names, wanted: context?.toLowerCase() ?? current };
}
