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

  /** Puts the entry at the index, or above it if that is where it fits. */
  const rise = (entry: Planned, from: number): void => {
    let index = from;
    for (let parent = (index - 1) >> 1; index > 0; parent = (index - 1) >> 1) {
      const above = heap[parent];
      if (!above || above.atS <= entry.atS) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  };
  const sink = (entry: Planned): void => {
    let index = 0;
    for (let child = 1; child < heap.length; child = 2 * index + 1) {
      const earlier = timeAt(child + 1) < timeAt(child) ? child + 1 : child;
      const below = heap[earlier];
      if (!below || below.atS >= entry.atS) break;
      heap[index] = below;
      index = earlier;
    }
    heap[index] = entry;
  };
  const takeFirst = (): Planned | undefined => {
    const [first] = heap;
    const last = heap.pop();
    if (last && heap.length > 0) sink(last);
    return first;
  };
  return {
    plan(atS, event) {
      if (atS < endS) rise({ atS, event }, heap.length);
    },
    run() {
      for (let next = takeFirst(); next; next = takeFirst()) next.event(next.atS);
    },
  };
}
