import { parseAddress } from "../core/address.ts";
import type { RegistryCredentials } from "../credentials/helper.ts";
import type { Revocation } from "../credentials/revocation.ts";
import type { BackgroundTask } from "../system/background.ts";

/** The returned function runs the background task that its arguments name. It ignores tasks of other versions of docr. */
export function createBackgroundTasks(
  registry: Pick<RegistryCredentials, "refresh">,
  revocation: Revocation,
): (args: readonly string[]) => Promise<void> {
  const tasks: Readonly<Record<BackgroundTask, (serverUrl: string) => Promise<unknown>>> = {
    async refresh(serverUrl) {
      const address = parseAddress(serverUrl);
      if (address.kind === "digitalocean") await registry.refresh({ serverUrl, registry: address.registry });
    },
    "revoke-superseded": () => revocation.revokeSuperseded("safe"),
  };
  return async ([task, serverUrl = ""]) => {
    if (isTask(task)) await tasks[task](serverUrl);
  };
}

function isTask(text: string | undefined): text is BackgroundTask {
  return text === "refresh" || text === "revoke-superseded";
}
