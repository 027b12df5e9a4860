import { parseAddress } from "../core/address.ts";
import { Secret } from "../core/secret.ts";
import { decodeRevocables } from "../credentials/codec.ts";
import type { RegistryCredentials } from "../credentials/helper.ts";
import type { Revocation } from "../credentials/revocation.ts";
import type { BackgroundTask } from "../system/background.ts";

/** The input of a background process. */
export interface TaskInput {
  readonly serverUrl: string;
  readonly readInput: () => Promise<Uint8Array>;
}

/** Runs the background task that the process's arguments name, with its stdin. Ignores tasks of other versions of docr. */
export function createBackgroundTasks(
  registry: Pick<RegistryCredentials, "refresh">,
  revocation: Revocation,
): (args: readonly string[], readInput: () => Promise<Uint8Array>) => Promise<void> {
  const tasks: Readonly<Record<BackgroundTask, (input: TaskInput) => Promise<unknown>>> = {
    async refresh({ serverUrl }) {
      const address = parseAddress(serverUrl);
      if (address.kind === "digitalocean") await registry.refresh({ serverUrl, registry: address.registry });
    },
    "revoke-superseded": () => revocation.revokeSuperseded("safe"),
    async revoke({ readInput }) {
      const text = new Secret(new TextDecoder().decode(await readInput()));
      await revocation.revoke(decodeRevocables(text));
    },
  };
  return async ([task, serverUrl = ""], readInput) => {
    if (isTask(task)) await tasks[task]({ serverUrl, readInput });
  };
}

function isTask(text: string | undefined): text is BackgroundTask {
  return text === "refresh" || text === "revoke-superseded" || text === "revoke";
}
