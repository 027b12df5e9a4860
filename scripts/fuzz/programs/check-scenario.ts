import { observe, type Program, type Run } from "./observe.ts";
import type { Scenario } from "./scenario.ts";
import { differenceOf, violationsOf } from "./invariants.ts";
import type { World } from "./world.ts";

export interface Checked {
  readonly violations: readonly string[];
  readonly processes: number;
}

/** Runs the scenario with both programs, each from the same state. `isWatched`: strace looks at the launcher's run. */
export async function checkScenario(world: World, scenario: Scenario, isWatched: boolean): Promise<Checked> {
  const violations: string[] = [];
  let processes = 0;
  const runOnce = async (program: Program): Promise<Run> => {
    world.arrange(scenario);
    if (scenario.isCached) {
      processes += 1;
      await observe(world, { ...scenario, args: ["get"], stdin: "registry.digitalocean.com" }, "docr", false);
      world.damage(scenario);
    }
    const [itemsBefore, filesBefore] = [world.items(), world.files()];
    processes += 1;
    const run = await observe(world, scenario, program, isWatched && program === "launcher");
    const states = {
      itemsBefore,
      filesBefore,
      itemsAfter: world.items(),
      filesAfter: world.files(),
      folder: world.folder,
    };
    violations.push(...violationsOf(scenario, run, states));
    return run;
  };
  const difference = differenceOf(scenario, [await runOnce("launcher"), await runOnce("docr")]);
  if (difference !== undefined) violations.push(difference);
  return { violations, processes };
}
