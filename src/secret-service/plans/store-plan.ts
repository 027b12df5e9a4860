import { answerAt, areAccepted, argumentsOf, promptsIn } from "../answers.ts";
import type { ItemAttributes } from "../attributes.ts";
import { createItem, deleteItem, searchItems, setSecret } from "../calls.ts";
import { Round } from "../conversation-plan.ts";
import { IS_LOCKED, isGone } from "../failures.ts";
import { NO_PATH } from "../names.ts";
import type { MethodCall } from "../wire/call.ts";
import type { BusMessage } from "../wire/message.ts";
import { SearchPlan } from "./search-plan.ts";

/** Which answers come next. */
type Step = "change" | "create" | "create-prompt" | "delete" | "delete-prompt";

/**
 * Stores the value, so that exactly one unlocked item has the attributes. Changes the item that exists, the default collection's
 * first, and deletes the other unlocked ones. Otherwise creates an item in the default collection. Also deletes the unlocked items with
 * obsolete attributes. Ends with "done", "locked" or "no-default".
 *
 * An existing item is never replaced by CreateItem, because KeePassXC then waits for a person.
 */
export class StorePlan extends SearchPlan {
  private readonly stored: ItemAttributes;
  private readonly label: string;
  private readonly value: Uint8Array;
  private readonly obsolete: readonly ItemAttributes[];
  private step: Step = "change";
  /** The items to delete once the value is stored. */
  private others: string[] = [];

  constructor(
    attributes: ItemAttributes,
    label: string,
    value: Uint8Array,
    mayPrompt: boolean,
    obsolete: readonly ItemAttributes[],
  ) {
    super(attributes, mayPrompt);
    this.obsolete = obsolete;
    this.stored = attributes;
    this.label = label;
    this.value = value;
  }

  /** An item that is locked in another collection does not stop the user from storing a new one. */
  protected override needsLocked(): boolean {
    return this.unlocked.length === 0 && this.locked.some((path) => this.isInDefault(path));
  }

  protected override mustBeCertain(): boolean {
    return false;
  }

  protected override work(): Round {
    if (this.unlocked.length > 0) return this.change();
    if (this.defaultCollection === NO_PATH) return this.end("no-default", "");
    if (!this.isDefaultOpen) return this.unlockFirst([this.defaultCollection]);
    this.step = "create";
    this.others = [];
    return this.andFindObsolete(
      createItem(this.defaultCollection, this.label, this.stored, this.session, this.value),
    );
  }

  protected override proceed(answers: BusMessage[]): Round {
    const first = answerAt(answers, 0);
    if (this.step === "change" || this.step === "create") this.noteObsolete(answers);
    if (this.step === "change") return this.readChanged(first);
    if (this.step === "create") return this.readCreated(first);
    if (this.step === "create-prompt") {
      if (!areAccepted(answers)) return this.end("locked", IS_LOCKED);
      this.outcome.created = 1;
      return this.deleteOthers();
    }
    if (this.step === "delete") return this.readDeleted(answers);
    return this.end("done", "");
  }

  private change(): Round {
    const inDefault = this.unlocked.filter((path) => this.isInDefault(path));
    const preferred = inDefault.length > 0 ? inDefault : this.unlocked;
    const item = (preferred.length > 0 ? preferred[0] : undefined) ?? "";
    this.others = this.unlocked.filter((path) => path !== item);
    this.step = "change";
    return this.andFindObsolete(setSecret(item, this.session, this.value));
  }

  /** The searches share the round with the change, so that they cost no further one. */
  private andFindObsolete(change: MethodCall): Round {
    const calls = [change];
    for (const attributes of this.obsolete) calls.push(searchItems(attributes));
    return new Round(calls, []);
  }

  private noteObsolete(answers: BusMessage[]): void {
    for (let i = 1; i < answers.length; i++) {
      const matches = argumentsOf(answerAt(answers, i), "aoao");
      const unlocked = matches.paths();
      if (!matches.isBad) for (const path of unlocked) this.others.push(path);
    }
  }

  private readChanged(answer: BusMessage): Round {
    if (answer.error === IS_LOCKED) return this.unlockFirst(this.unlocked);
    if (isGone(answer)) return this.searchAgain(answer);
    if (answer.type !== "return") return this.fail(answer);
    this.outcome.changed = 1;
    return this.deleteOthers();
  }

  private deleteOthers(): Round {
    if (this.others.length === 0) return this.end("done", "");
    this.step = "delete";
    return new Round(
      this.others.map((path) => deleteItem(path)),
      [],
    );
  }

  private readCreated(answer: BusMessage): Round {
    if (answer.error === IS_LOCKED) return this.unlockFirst([this.defaultCollection]);
    const body = argumentsOf(answer, "oo");
    const item = body.string();
    const prompt = body.string();
    if (body.isBad || (item === NO_PATH && prompt === NO_PATH)) return this.fail(answer);
    if (prompt === NO_PATH) {
      this.outcome.created = 1;
      return this.deleteOthers();
    }
    this.step = "create-prompt";
    return this.show([prompt]) ?? this.end("locked", IS_LOCKED);
  }

  /** The value is stored. An older item that cannot be deleted has an older time in its record, so it is not read. */
  private readDeleted(answers: BusMessage[]): Round {
    for (const answer of answers) if (answer.type === "return") this.outcome.erased = this.outcome.erased + 1;
    const prompts = promptsIn(answers);
    if (prompts.length === 0) return this.end("done", "");
    this.step = "delete-prompt";
    return this.show(prompts) ?? this.end("done", "");
  }

  /** The value is stored, even if no person confirms that other items are deleted. */
  override abandon(): void {
    super.abandon();
    if (this.step === "delete" || this.step === "delete-prompt") this.outcome.state = "done";
  }
}
