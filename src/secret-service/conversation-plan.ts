import type { MethodCall } from "./wire/call.ts";
import type { BusMessage } from "./wire/message.ts";

/** The calls of one round, which are sent together, and the prompts whose end is awaited. */
export class Round {
  readonly calls: MethodCall[];
  /** Object paths. The round's answers have one for each call, and then one for each prompt: its signal, or an error. */
  readonly prompts: string[];

  constructor(calls: MethodCall[], prompts: string[]) {
    this.calls = calls;
    this.prompts = prompts;
  }
}

/**
 * What to ask the bus. A conversation asks for the next round with the answers to the last one. A class with methods to override,
 * because the launcher's compiler does not accept a class where an interface is expected.
 */
export class ConversationPlan {
  /** The first round. */
  begin(): Round {
    return new Round([], []);
  }

  /** The round after these answers. No calls: the conversation is over. */
  next(_answers: BusMessage[]): Round {
    return new Round([], []);
  }

  /** The conversation's driver no longer waits. */
  abandon(): void {
    // Nothing to record by default.
  }

  /** Whether a person may be looking at a prompt. The driver then waits longer. */
  isPrompting(): boolean {
    return false;
  }
}
