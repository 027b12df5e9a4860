import { observe, type Program, type Run } from "./observe.ts";
import type { Scenario } from "./scenario.ts";
import { differenceOf, loginDifferenceOf, violationsOf } from "./invariants.ts";
import type { World } from "./world.ts";

export interface Checked {
  readonly violations: readonly string[];
  readonly processes: number;
}

/** A run that took so long may have had no processor. Milliseconds. */
const SLOW_MS = 15_000;

/**
 * Runs the scenario with both programs, each from the same state. `isWatched`: strace looks at the launcher's run. If a run was slow and
 * violated an invariant, runs the scenario once more: on a busy machine, a process may get no processor until its deadline.
 */
export async function checkScenario(world: World, scenario: Scenario, isWatched: boolean): Promise<Checked> {
  const first = await checkOnce(world, scenario, isWatched);
  if (first.violations.length === 0 || first.ms < SLOW_MS) return first;
  const second = await checkOnce(world, scenario, isWatched);
  return { ...second, processes: first.processes + second.processes };
}

async function checkOnce(
  world: World,
  scenario: Scenario,
  isWatched: boolean,
): Promise<Checked & { readonly ms: number }> {
  const violations: string[] = [];
  let processes = 0;
  let slowest = 0;
  const requestOnce = async (program: Program, isRunWatched: boolean): Promise<Run> => {
    const [itemsBefore, filesBefore] = [world.items(), world.files()];
    processes += 1;
    const run = await observe(world, scenario, program, isRunWatched);
    const states = {
      itemsBefore,
      filesBefore,
      itemsAfter: world.items(),
      filesAfter: world.files(),
      folder: world.folder,
    };
    violations.push(...violationsOf(scenario, run, states));
    slowest = Math.max(slowest, run.ms);
    return run;
  };
  const runOnce = async (
    program: Program,
  ): Promise<Run & { readonly items: ReadonlyMap<string, string> }> => {
    world.arrange(scenario);
    if (scenario.isCached) {
      processes += 1;
      await observe(world, { ...scenario, args: ["get"], stdin: "registry.digitalocean.com" }, "docr", false);
      world.damage(scenario);
    }
    const run = await requestOnce(program, isWatched && program === "launcher");
    const items = world.items();
    const repeats = program === "launcher" ? scenario.repeats : 0;
    for (let count = 0; count < repeats; count += 1) await requestOnce(program, false);
    return { ...run, items };
  };
  const [launcher, docr] = [await runOnce("launcher"), await runOnce("docr")];
  for (const difference of [
    differenceOf(scenario, [launcher, docr]),
    loginDifferenceOf(scenario, [launcher.items, docr.items]),
  ])
    if (difference !== undefined) violations.push(difference);
  return { violations, processes, ms: slowest };
}
