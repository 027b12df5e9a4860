/**
 * Returns the candidate that the user most likely meant: the closest one, or else the only one that starts with the word. Of equally
 * close ones, returns the first. Returns undefined if there is none.
 */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  return findClosest(word, candidates) ?? findOnlyBeginning(word, candidates);
}

/** Too many candidates start with a shorter word. */
const SHORTEST_BEGINNING = 3;

function findOnlyBeginning(word: string, candidates: readonly string[]): string | undefined {
  const found = candidates.filter((candidate) => candidate.startsWith(word));
  return word.length >= SHORTEST_BEGINNING && found.length === 1 ? found[0] : undefined;
}

function findClosest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  // At most a third of the letters may differ, and never more than three.
  let bestDistance = Math.min(3, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Counts insertions, deletions, replacements and swaps of adjacent letters (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      current[j] = Math.min(
        at(previous, j) + 1,
        at(current, j - 1) + 1,
        at(previous, j - 1) + (isSame ? 0 : 1),
        isSwap ? at(beforePrevious, j - 2) + 1 : Infinity,
      );
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
