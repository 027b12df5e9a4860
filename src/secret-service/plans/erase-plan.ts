import { areAccepted, promptsIn } from "../answers.ts";
import { deleteItem } from "../calls.ts";
import { Round } from "../conversation-plan.ts";
import { IS_LOCKED, isGone } from "../failures.ts";
import type { OutcomeState } from "../outcome.ts";
import type { BusMessage } from "../wire/message.ts";
import { SearchPlan } from "./search-plan.ts";

/**
 * Erases every unlocked item with the attributes. Ends with "done", or "none" if there was none. If an item stays locked, erases the
 * unlocked ones and then ends with "locked".
 */
export class ErasePlan extends SearchPlan {
  /** How the plan ends after the unlocked items are erased, if it cannot erase all. */
  private failure: OutcomeState | undefined;
  private isConfirming = false;

  protected override needsLocked(): boolean {
    return true;
  }

  protected override staysLocked(state: OutcomeState): Round {
    this.failure = state;
    if (this.outcome.error === "") this.outcome.error = IS_LOCKED;
    return this.startWork();
  }

  protected override work(): Round {
    if (this.unlocked.length === 0) return this.finish();
    return new Round(
      this.unlocked.map((path) => deleteItem(path)),
      [],
    );
  }

  protected override proceed(answers: BusMessage[]): Round {
    if (this.isConfirming) return areAccepted(answers) ? this.finish() : this.end("locked", IS_LOCKED);
    for (const answer of answers) {
      if (answer.type === "return") this.outcome.erased = this.outcome.erased + 1;
      else if (!isGone(answer)) this.recordFailure(answer);
    }
    const prompts = promptsIn(answers);
    if (prompts.length === 0) return this.finish();
    this.isConfirming = true;
    return this.show(prompts) ?? this.end("locked", IS_LOCKED);
  }

  /** Keeps the first failure. */
  private recordFailure(answer: BusMessage): void {
    if (this.failure !== undefined) return;
    this.fail(answer);
    this.failure = this.outcome.state;
  }

  private finish(): Round {
    if (this.failure !== undefined) return this.end(this.failure, this.outcome.error);
    return this.end(this.outcome.erased > 0 ? "done" : "none", "");
  }
}
