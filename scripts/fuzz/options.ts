import { parseArgs } from "node:util";

export type StageName = "parsers" | "launcher" | "programs";
export const STAGES: readonly StageName[] = ["parsers", "launcher", "programs"];

export interface FuzzOptions {
  /** How long each stage runs. All stages run at the same time. */
  readonly minutes: number;
  /** The same seed makes the same cases. */
  readonly seed: number;
  readonly stages: readonly StageName[];
  /** Runs only the case of this number. */
  readonly only: number | undefined;
}

export const USAGE = "usage: npm run fuzz -- [--minutes N] [--seed S] [--stage NAME] [--case I]";

/** Throws an error with the usage if an argument is wrong. The default seed is different each day. */
export function parseFuzzOptions(args: readonly string[], now: number): FuzzOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: "string", default: "2" },
      seed: { type: "string", default: String(Math.floor(now / 86_400_000)) },
      stage: { type: "string" },
      case: { type: "string" },
    },
  });
  const minutes = Number(values.minutes);
  const seed = Number(values.seed);
  const only = values.case === undefined ? undefined : Number(values.case);
  const stages = values.stage === undefined ? STAGES : STAGES.filter((name) => name === values.stage);
  const isValid =
    minutes > 0 && Number.isSafeInteger(seed) && (only === undefined || Number.isSafeInteger(only));
  if (!isValid || stages.length === 0) throw new Error(USAGE);
  return { minutes, seed, stages, only };
}

/** The command that runs one case again. */
export function reproduce(stage: StageName, seed: number, index: number): string {
  return `npm run fuzz -- --stage ${stage} --seed ${seed} --case ${index}`;
}
