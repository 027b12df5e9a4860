import * as fc from "fast-check";
import { anyDamage, anyFile } from "./files.ts";
import { anyRequest } from "./requests.ts";
import type { Scenario } from "./scenario.ts";
import { anyFault, anyKeychain } from "./services.ts";
import { anyEnvironment } from "./settings.ts";

const surroundings = fc.record({
  env: anyEnvironment,
  files: fc.array(anyFile, { maxLength: 2 }),
  isCached: fc.boolean(),
  damage: fc.array(anyDamage, { maxLength: 1 }),
  faults: fc.array(anyFault, { maxLength: 2 }),
  keychain: anyKeychain,
  repeats: fc.nat({ max: 3 }),
});

/** The scenario of this number. The same seed and number make the same scenario. */
export function scenarioAt(seed: number, index: number): Scenario {
  const [made] = fc.sample(fc.tuple(anyRequest, surroundings), {
    seed: seed * 1_000_003 + index,
    numRuns: 1,
  });
  if (made === undefined) throw new Error("fast-check made no scenario");
  const [[args, stdin], rest] = made;
  return { args, stdin, ...rest };
}
