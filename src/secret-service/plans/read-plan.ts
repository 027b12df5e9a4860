import { answerAt, argumentsOf, readSecret } from "../answers.ts";
import { getSecret } from "../calls.ts";
import { Round } from "../conversation-plan.ts";
import { IS_LOCKED, isGone } from "../failures.ts";
import { StoredValue } from "../outcome.ts";
import type { BusMessage } from "../wire/message.ts";
import { getModified, setModified, sortNewestFirst } from "./newest-first.ts";
import { SearchPlan } from "./search-plan.ts";

/** More items of one name than a user can have. */
const MOST_ITEMS = 100;

/**
 * Reads the values of the unlocked items with the attributes. Ends with "found", "none" or "locked". There are several values if
 * another program, or an older docr, stored the name in several collections.
 */
export class ReadPlan extends SearchPlan {
  protected override work(): Round {
    if (this.unlocked.length === 0) return this.end("none", "");
    if (this.unlocked.length > MOST_ITEMS) return this.end("failed", "");
    const calls = this.unlocked.map((path) => getSecret(path, this.session));
    if (this.unlocked.length > 1) for (const path of this.unlocked) calls.push(getModified(path));
    return new Round(calls, []);
  }

  protected override proceed(answers: BusMessage[]): Round {
    const values: StoredValue[] = [];
    for (let i = 0; i < this.unlocked.length; i++) {
      const answer = answerAt(answers, i);
      if (isGone(answer)) return this.searchAgain(answer);
      if (answer.error === IS_LOCKED) return this.unlockFirst(this.unlocked);
      const body = argumentsOf(answer, "(oayays)");
      const bytes = readSecret(body);
      if (bytes === undefined) return this.fail(answer);
      const value = new StoredValue(this.unlocked[i] ?? "", bytes);
      setModified(value, answerAt(answers, this.unlocked.length + i));
      values.push(value);
    }
    sortNewestFirst(values, (item) => this.isInDefault(item));
    this.outcome.values = values;
    return this.end("found", "");
  }
}
