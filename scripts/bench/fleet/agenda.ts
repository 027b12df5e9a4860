/** Events in virtual time, in seconds. */
export interface Agenda {
  /** Plans an event. Ignores it if it is not before the end. */
  readonly plan: (atS: number, event: (nowS: number) => void) => void;
  /** Runs the events in the order of their times, until none is left. */
  readonly run: () => void;
}

interface Planned {
  readonly atS: number;
  readonly event: (nowS: number) => void;
}

export function createAgenda(endS: number): Agenda {
  /** A binary heap: no event is earlier than its parent, at half its index. */
  const heap: Planned[] = [];
  const timeAt = (index: number): number => heap[index]?.atS ?? Infinity;
  const swap = (a: number, b: number): void => {
    const [first, second] = [heap[a], heap[b]];
    if (first && second) [heap[a], heap[b]] = [second, first];
  };

  const takeFirst = (): Planned | undefined => {
    swap(0, heap.length - 1);
    const first = heap.pop();
    for (let index = 0; ;) {
      const left = 2 * index + 1;
      const earlier = timeAt(left + 1) < timeAt(left) ? left + 1 : left;
      if (timeAt(earlier) >= timeAt(index)) return first;
      swap(index, earlier);
      index = earlier;
    }
  };
  return {
    plan(atS, event) {
      if (atS >= endS) return;
      let index = heap.push({ atS, event }) - 1;
      for (let parent = (index - 1) >> 1; index > 0 && timeAt(parent) > atS; parent = (index - 1) >> 1) {
        swap(index, parent);
        index = parent;
      }
    },
    run() {
      for (let next = takeFirst(); next; next = takeFirst()) next.event(next.atS);
    },
  };
}
