import type { Machine } from "../core/machine.ts";
import type { Sha256 } from "../core/secret.ts";
import type { DoctlTokens } from "../credentials/minting/ports.ts";
import { fingerprintDoctlConfig } from "./doctl-path.ts";

/** Loads the YAML parser only if doctl has a configuration. */
export function createDoctlTokens(machine: Machine, sha256: Sha256): DoctlTokens {
  const fingerprint = (): string | undefined => fingerprintDoctlConfig(machine, sha256);
  return {
    fingerprint,
    async find(context) {
      const now = fingerprint();
      if (now === undefined) return undefined;
      const { findDoctlToken } = await import("./doctl.ts");
      return findDoctlToken(machine, context, now);
    },
  };
}
