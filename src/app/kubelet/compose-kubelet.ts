/** Wires the image credential provider. It uses only the environment and its state folder: no home directory, keychain or background process. */
import { readConfigFile } from "../../config/config-file.ts";
import { readGeneralSettings } from "../../config/general.ts";
import { readNodeSettings } from "../../config/registry.ts";
import type { Clock } from "../../core/lifetime.ts";
import { once } from "../../core/once.ts";
import { createHeldCredentials } from "../../credentials/inventory/held.ts";
import { cacheKeyOf, type RegistryRequest } from "../../credentials/minting/cache-key.ts";
import { createLookup } from "../../credentials/minting/lookup.ts";
import { createNodeCredentials, type NodeCredentials } from "../../credentials/node-credentials.ts";
import { createPrivateFiles } from "../../stores/private-files.ts";
import { createTrace } from "../../system/trace.ts";
import type { Host } from "../host.ts";

const NO_DOCTL = { fingerprint: () => undefined };

/**
 * `folder` is the node's private folder. Nothing is read or written before the first call. `asksAfresh`: ask DigitalOcean even while
 * docr remembers a refusal.
 */
export function composeNodeCredentials(host: Host, folder: string, asksAfresh: boolean): NodeCredentials {
  const { env, uid, sha256 } = host;
  const clock: Clock = { read: host.clock };
  const configFile = once(() => readConfigFile(host));
  const settings = once(() => readNodeSettings(host, configFile()));
  const trace = createTrace(() => readGeneralSettings(env, configFile()).traceTarget, host);
  const files = createPrivateFiles(folder, uid, host.uniqueName, host.isRunning);
  const held = createHeldCredentials(files, clock);
  const keyOf = (request: Pick<RegistryRequest, "registry">) => cacheKeyOf(settings(), request, sha256);
  const lookup = createLookup(() => ({ cache: held }), clock, NO_DOCTL);
  const ports = { folder, files, held, settings, keyOf, lookup, clock, trace, asksAfresh };
  return createNodeCredentials({
    ...ports,
    async replace(...order) {
      const { composeNodeMinting } = await import("../bundles/node-minting.ts");
      return composeNodeMinting(host, ports)(...order);
    },
  });
}
