/** Prints one line for each step. */
export interface Narrator {
  /** Prints a line as it is. */
  say(text: string): void;
  /** Runs the work and prints its result and duration. If it fails, prints the error and throws a StepFailure. */
  step(who: string, work: () => Promise<string>): Promise<void>;
  /** Prints why a step is skipped. */
  skip(who: string, why: string): void;
}

/** The narrator has already printed its cause. */
export class StepFailure extends Error {}

const WHO_WIDTH = 9;
const TEXT_WIDTH = 84;

export function createNarrator(write: (line: string) => void): Narrator {
  const line = (who: string, text: string, right = ""): void =>
    write(`  ${who.padEnd(WHO_WIDTH)} ${text.padEnd(TEXT_WIDTH)} ${right}`.trimEnd());
  return {
    say: write,
    async step(who, work) {
      const started = performance.now();
      try {
        const text = await work();
        line(who, text, formatTime(performance.now() - started));
      } catch (error) {
        line(who, `FAILED: ${error instanceof Error ? error.message : String(error)}`);
        throw new StepFailure("a step failed", { cause: error });
      }
    },
    skip: (who, why) => line(who, `skipped: ${why}`),
  };
}

/** Three significant digits. */
export function formatTime(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms`.padStart(7) : `${(ms / 1000).toFixed(1)} s`.padStart(7);
}

/** Throws an error with the message `otherwise` if the condition is false. */
export function insist(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise.trim().slice(0, 500));
}
