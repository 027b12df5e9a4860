import type { ClientUses } from "../../../src/client-config/types.ts";
import type { HelperError } from "../../../src/core/errors.ts";
import { Secret } from "../../../src/core/secret.ts";
import type { LoginCheck, Registries } from "../../../src/oci/registries.ts";
import { type CommandBench, type CommandBenchOptions, createCommandBench } from "./command-bench.ts";

export const HUB = "https://index.docker.io/v1/";
export const HOST = "registry.digitalocean.com";
export const NO_USES: ClientUses = { usedBy: [], shadowedBy: [], warnings: [] };
export const BY_DOCKER = {
  client: "docker",
  source: "~/.docker/config.json",
  kind: "helper",
  setting: "credsStore",
  helper: "docr",
} as const;
export const BY_PODMAN = {
  client: "podman",
  source: "~/.config/containers/auth.json",
  kind: "file",
} as const;

export interface RegistryBench extends CommandBench {
  /** The logins that registries checked, as `HOST USER PASSWORD`. */
  readonly checks: readonly string[];
}

export function createRegistryBench(
  options: CommandBenchOptions & {
    readonly uses?: Partial<ClientUses>;
    readonly refusal?: HelperError;
    readonly check?: LoginCheck;
    /** The registry's answer about an image. */
    readonly manifest?: Registries["findManifest"];
  } = {},
): RegistryBench {
  const checks: string[] = [];
  const bench = createCommandBench({
    clients: { usesOf: async () => ({ ...NO_USES, usedBy: [BY_DOCKER], ...options.uses }) },
    registries: {
      async checkLogin(host, login) {
        if (login && "username" in login) {
          checks.push(`${host} ${login.username.reveal()} ${login.secret.reveal()}`);
        }
        if (options.refusal) throw options.refusal;
        return options.check ?? "accepted";
      },
      ...(options.manifest && { findManifest: options.manifest }),
    },
    ...options,
  });
  return { ...bench, checks };
}

export const storeLogin = (bench: CommandBench, serverUrl: string, username = "sammy", secret = "hunter2") =>
  bench.helper.store(serverUrl, username, new Secret(secret));

/** The login that `get` returns, as text. */
export async function loginAt(bench: CommandBench, serverUrl: string): Promise<string> {
  const { username, secret } = await bench.helper.get(serverUrl);
  return `${username.reveal()} ${secret.reveal()}`;
}
