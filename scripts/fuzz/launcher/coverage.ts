import { readFileSync, rmSync } from "node:fs";

/** The branches that all runs so far have taken, and how often, as powers of two. */
export interface Coverage {
  /** Reads and removes the file of one run. Returns whether the run took a branch as no run before. */
  add(path: string): boolean;
  readonly branches: () => number;
}

export function createCoverage(): Coverage {
  /** By branch: the bits of the frequencies seen. */
  const seen = new Map<number, number>();
  return {
    add(path) {
      let isNew = false;
      for (const [branch, count] of readFileSync(path).entries()) {
        if (count === 0) continue;
        const before = seen.get(branch) ?? 0;
        const now = before | (1 << Math.floor(Math.log2(count)));
        isNew ||= now !== before;
        seen.set(branch, now);
      }
      rmSync(path);
      return isNew;
    },
    branches: () => seen.size,
  };
}
