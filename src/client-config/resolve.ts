import type { Machine } from "../core/machine.ts";
import type { HelperError } from "../core/errors.ts";
import { isHelperError } from "../core/errors.ts";
import type { Clients, Resolved, ResolveOptions, VerbPorts } from "../commands/ports.ts";
import { clientKeyOf } from "../core/image.ts";
import { askHelperFor } from "./helper-client.ts";
import { lookUpInDocker } from "./docker.ts";
import { homeOf, podmanAuthPath, shownPath } from "./paths.ts";
import { podmanSteps } from "./podman.ts";
import { loginOf, type Step, type StoredLogin } from "./step.ts";
import { usesOf } from "./uses.ts";

export interface ClientsOptions {
  readonly machine: Machine;
  readonly runHelper: VerbPorts["runHelper"];
}

/** The real configurations of this machine's clients, read anew at each question. */
export function createClients({ machine, runHelper }: ClientsOptions): Clients {
  return {
    resolve: (host, client, options = {}) =>
      client === "docker"
        ? resolveForDocker(machine, runHelper, options.key ?? clientKeyOf(host))
        : resolveForPodman(machine, runHelper, host, options),
    usesOf: async (key) => usesOf(machine, key),
  };
}

async function resolveForDocker(
  machine: Machine,
  runHelper: VerbPorts["runHelper"],
  key: string,
): Promise<Resolved> {
  const { steps, source, warnings } = lookUpInDocker(machine, key);
  const none = { source, kind: "none", key, helper: undefined, ...NO_LOGIN } as const;
  const [step] = steps;
  return { client: "docker", ...(step ? await follow(step, runHelper) : none), warnings };
}

/** What fails on the way is told only where nothing comes after it: podman goes on too. */
async function resolveForPodman(
  machine: Machine,
  runHelper: VerbPorts["runHelper"],
  host: string,
  { repository, key }: ResolveOptions,
): Promise<Resolved> {
  const question = { host: key ?? host, repository: key === undefined ? repository : undefined };
  let failure: HelperError | undefined;
  let asked: Followed | undefined;
  for (const step of podmanSteps(machine, question)) {
    try {
      const found = await follow(step, runHelper);
      if (hasLogin(found)) return { client: "podman", ...found };
      asked = found;
    } catch (error) {
      if (!isHelperError(error)) throw error;
      failure ??= error;
    }
  }
  if (failure) throw failure;
  if (asked) return { client: "podman", ...asked };
  const path = podmanAuthPath(machine) ?? `${homeOf(machine) ?? "~"}/.config/containers/auth.json`;
  const source = shownPath(path, machine);
  return { client: "podman", source, kind: "none", key: question.host, helper: undefined, ...NO_LOGIN };
}

type Followed = Omit<Resolved, "client" | "warnings">;

const NO_LOGIN = { credential: undefined, identityToken: undefined } as const;

/** What one step comes to; throws what it fails with. */
async function follow(step: Step, runHelper: VerbPorts["runHelper"]): Promise<Followed> {
  if (step.kind === "broken") throw step.failure;
  const { kind, source, key } = step;
  if (kind === "auths") return { kind, source, key, helper: undefined, ...step.login };
  const { helper } = step;
  const credential = await askHelperFor(runHelper, helper, key);
  // docker and podman take an answer without any text for none.
  const isEmpty = !credential || (isNothing(credential.username) && isNothing(credential.secret));
  const login: StoredLogin | undefined = isEmpty ? undefined : loginOf(credential);
  return { kind, source, key, helper, ...(login ?? NO_LOGIN) };
}

function isNothing(text: StoredLogin["identityToken"]): boolean {
  return text === undefined || text.matches(/^$/);
}

function hasLogin({ credential, identityToken, registryToken }: Followed): boolean {
  return credential !== undefined || identityToken !== undefined || registryToken !== undefined;
}
