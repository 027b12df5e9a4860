import { answerAt, argumentsOf, propertyOf } from "../answers.ts";
import {
  getCollections,
  getDefaultCollection,
  getOwner,
  getOwnerProcess,
  getProperty,
  isCollectionLocked,
} from "../calls.ts";
import { ConversationPlan, Round } from "../conversation-plan.ts";
import { DISCONNECTED, REJECTED } from "../conversation.ts";
import { boundedLine, failureOf, textOf } from "../failures.ts";
import { COLLECTION_INTERFACE } from "../names.ts";
import type { BusMessage } from "../wire/message.ts";

/** A collection, which most desktops call a keyring, wallet or database. */
export class Collection {
  readonly path: string;
  /** The user's name for it: one line, bounded. "" if unknown. */
  label = "";
  isLocked = true;
  isDefault = false;

  constructor(path: string) {
    this.path = path;
  }
}

/** What `DescribePlan` found. */
export class Description {
  state: "found" | "silent" | "locked" | "missing" | "failed" = "failed";
  /** The name of the D-Bus error, and the daemon's own text of it. "" if there was none. */
  error = "";
  text = "";
  /** The connection that answers, such as ":1.23". "" if unknown. */
  owner = "";
  /** The daemon's pid. 0 if unknown. */
  processId = 0;
  collections: Collection[] = [];
}

/** Describes the daemon and its collections, for diagnostics. Changes nothing and shows no prompt. */
export class DescribePlan extends ConversationPlan {
  readonly description: Description = new Description();
  private hasCollections = false;

  override abandon(): void {
    this.description.state = "silent";
  }

  override begin(): Round {
    return new Round([getCollections()], []);
  }

  override next(answers: BusMessage[]): Round {
    for (const answer of answers) {
      if (answer.error === REJECTED) return this.fail(answer, "missing");
      if (answer.error === DISCONNECTED) return this.fail(answer, "failed");
    }
    return this.hasCollections ? this.readDetails(answers) : this.readCollections(answerAt(answers, 0));
  }

  private readCollections(answer: BusMessage): Round {
    const body = propertyOf(answer, "ao");
    const paths = body.paths();
    if (body.isBad) return this.fail(answer, failureOf(answer.error));
    this.hasCollections = true;
    this.description.collections = paths.map((path) => new Collection(path));
    const calls = [getOwner(), getOwnerProcess(), getDefaultCollection()];
    for (const path of paths) {
      calls.push(getProperty(path, COLLECTION_INTERFACE, "Label"));
      calls.push(isCollectionLocked(path));
    }
    return new Round(calls, []);
  }

  private readDetails(answers: BusMessage[]): Round {
    this.description.owner = boundedLine(argumentsOf(answerAt(answers, 0), "s").string());
    this.description.processId = argumentsOf(answerAt(answers, 1), "u").u32();
    const target = argumentsOf(answerAt(answers, 2), "o").string();
    let index = 3;
    for (const collection of this.description.collections) {
      collection.label = boundedLine(propertyOf(answerAt(answers, index), "s").string());
      const locked = propertyOf(answerAt(answers, index + 1), "b");
      collection.isLocked = locked.u32() !== 0 || locked.isBad;
      collection.isDefault = collection.path === target;
      index += 2;
    }
    this.description.state = "found";
    return new Round([], []);
  }

  private fail(answer: BusMessage, state: "locked" | "missing" | "failed"): Round {
    this.description.state = state;
    this.description.error = answer.error;
    this.description.text = textOf(answer);
    return new Round([], []);
  }
}
