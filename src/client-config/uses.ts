import { parseAddress } from "../core/address.ts";
import { type HelperError, isHelperError } from "../core/errors.ts";
import { clientKeyOf, DOCKER_HUB } from "../core/image.ts";
import type { Machine } from "../core/machine.ts";
import { lookUpInDocker } from "./docker.ts";
import { podmanSteps } from "./podman.ts";
import type { ClientUse, ClientUses, HelperUse, Step, UsingClient } from "./types.ts";

/** docr's name in the clients' files. */
export const DOCR = "docr";

/** Finds the clients that use docr for the login under the key, and what clients find before docr. Runs no helper. */
export function findClientUses(machine: Machine, key: string): ClientUses {
  const usedBy: HelperUse[] = [];
  const shadowedBy: ClientUse[] = [];
  const broken: { client: UsingClient; failure: HelperError }[] = [];
  const warnings: string[] = [];
  const follow = (client: UsingClient, list: () => Iterable<Step>): void => {
    try {
      for (const step of list()) {
        if (step.kind === "broken") {
          broken.push({ client, failure: step.failure });
          continue;
        }
        const { source } = step;
        if (step.kind === "file") {
          shadowedBy.push({ client, source, kind: "file" });
          return;
        }
        const { kind, setting, helper } = step;
        const use: HelperUse = { client, source, kind, setting, helper };
        if (helper !== DOCR) {
          shadowedBy.push(use);
          // podman continues with the next helper if this one has no login.
          if (client !== "podman") return;
        } else if (isSameLogin(step.key, key)) {
          usedBy.push(use);
          return;
        }
      }
    } catch (error) {
      if (!isHelperError(error)) throw error;
      broken.push({ client, failure: error });
    }
  };
  const client = isPath(key) ? "crane" : "docker";
  follow(client, () => {
    const { step, warnings: skipped } = lookUpInDocker(machine, clientKeyOf(key));
    warnings.push(...skipped);
    return step ? [step] : [];
  });
  const host = key === clientKeyOf(DOCKER_HUB) ? DOCKER_HUB : key;
  // podman looks only for hosts, so it never uses Docker Hub's other keys, which are URLs.
  if (!host.includes("://") && !isPath(key))
    follow("podman", () => podmanSteps(machine, { host, repository: undefined }));
  warnings.push(...broken.map(({ failure }) => failure.message));
  return { usedBy, shadowedBy, ...(broken.length > 0 && { broken }), warnings: [...new Set(warnings)] };
}

/** Whether the key is an image's path. Otherwise it is a host or one of Docker Hub's keys, which are URLs. */
function isPath(key: string): boolean {
  return key.includes("/") && !key.includes("://");
}

/** Whether docr returns the login under `stored` for a request for `asked`. */
function isSameLogin(asked: string, stored: string): boolean {
  const [a, b] = [parseAddress(asked), parseAddress(stored)];
  return a.kind === b.kind && (a.kind === "digitalocean" || (b.kind === "other" && a.key === b.key));
}
