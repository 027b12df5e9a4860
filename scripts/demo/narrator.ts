/** Tells a person what happens, a line for each thing done. */
export interface Narrator {
  /** A line of its own. */
  say(text: string): void;
  /** Does something and says what came of it, with the time it took. Throws what it throws, after saying so. */
  step(who: string, work: () => Promise<string>): Promise<void>;
  /** Something that cannot be had here, and why. */
  skip(who: string, why: string): void;
}

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
        throw error;
      }
    },
    skip: (who, why) => line(who, `left out: ${why}`),
  };
}

/** Three significant places are enough for anybody. */
export function formatTime(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms`.padStart(7) : `${(ms / 1000).toFixed(1)} s`.padStart(7);
}

/** For what must be so, or the demonstration shows nothing. */
export function insist(isSo: boolean, otherwise: string): void {
  if (!isSo) throw new Error(otherwise.trim().slice(0, 500));
}
