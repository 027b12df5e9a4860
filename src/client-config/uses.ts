import type { Machine } from "../core/machine.ts";
import { isHelperError } from "../core/errors.ts";
import type { ClientUse, ClientUses } from "../commands/ports.ts";
import { parseAddress } from "../core/address.ts";
import { clientKeyOf, DOCKER_HUB } from "../core/image.ts";
import { lookUpInDocker } from "./docker.ts";
import { podmanSteps } from "./podman.ts";
import type { Step } from "./step.ts";

/** We ourselves, as the clients' files name us. */
const OURSELVES = "docr";

/** Which clients come to us for the login under the key, and what else they find before. Runs no helper. */
export function usesOf(machine: Machine, key: string): ClientUses {
  const usedBy: ClientUse[] = [];
  const shadowedBy: ClientUse[] = [];
  const warnings: string[] = [];
  const look = (client: ClientUse["client"], list: () => Iterable<Step>): void => {
    try {
      for (const step of list()) {
        if (step.kind === "broken") {
          warnings.push(step.failure.message);
          continue;
        }
        const helper = step.kind === "auths" ? undefined : step.helper;
        const use = { client, source: step.source, kind: step.kind, helper };
        if (helper !== OURSELVES) {
          shadowedBy.push(use);
          // Another helper may have nothing, and then podman goes on; a login in a file is the end.
          if (step.kind === "auths" || client === "docker") return;
        } else if (isSameLogin(step.key, key)) {
          usedBy.push(use);
          return;
        }
      }
    } catch (error) {
      if (!isHelperError(error)) throw error;
      warnings.push(error.message);
    }
  };
  look("docker", () => lookUpInDocker(machine, clientKeyOf(key)).steps);
  const host = key === clientKeyOf(DOCKER_HUB) ? DOCKER_HUB : key;
  // podman knows no other login of Docker Hub's than that of its host, and asks for no URL.
  if (!host.includes("://")) look("podman", () => podmanSteps(machine, { host, repository: undefined }));
  return { usedBy, shadowedBy, warnings: [...new Set(warnings)] };
}

/** Whether a question for the one is answered with the login under the other. */
function isSameLogin(asked: string, kept: string): boolean {
  const [a, b] = [parseAddress(asked), parseAddress(kept)];
  return a.kind === b.kind && (a.kind === "docr" || (b.kind === "other" && a.key === b.key));
}
