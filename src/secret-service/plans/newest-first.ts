import { answerAt, propertyOf } from "../answers.ts";
import { getProperty } from "../calls.ts";
import { ITEM_INTERFACE } from "../names.ts";
import type { StoredValue } from "../outcome.ts";
import type { MethodCall } from "../wire/call.ts";
import type { BusMessage } from "../wire/message.ts";

export function getModified(item: string): MethodCall {
  return getProperty(item, ITEM_INTERFACE, "Modified");
}

/** Records the answer to `getModified`. */
export function setModified(value: StoredValue, answer: BusMessage): void {
  const body = propertyOf(answer, "t");
  const seconds = body.u64();
  if (!body.isBad) value.modified = seconds;
}

/** Sorts by the time of the last change, the newest first. At equal times, items of the default collection come first. */
export function sortNewestFirst(values: StoredValue[], isInDefault: (item: string) => boolean): void {
  values.sort((a, b) => {
    if (a.modified !== b.modified) return b.modified - a.modified;
    return (isInDefault(b.path) ? 1 : 0) - (isInDefault(a.path) ? 1 : 0);
  });
}

/** Records the answers to `getModified` for the values, which begin at `from`. */
export function setAllModified(values: readonly StoredValue[], answers: BusMessage[], from: number): void {
  let index = from;
  for (const value of values) {
    setModified(value, answerAt(answers, index));
    index += 1;
  }
}
