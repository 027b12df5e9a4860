import { answerAt, areAccepted, argumentsOf, isPromptGone, propertyOf, sessionOf } from "../answers.ts";
import type { ItemAttributes } from "../attributes.ts";
import {
  getCollections,
  getDefaultCollection,
  isCollectionLocked,
  openPlainSession,
  searchItems,
  showPrompt,
  unlock,
  watchPrompts,
} from "../calls.ts";
import { ConversationPlan, Round } from "../conversation-plan.ts";
import { DISCONNECTED, REJECTED } from "../conversation.ts";
import { failureOf, IS_LOCKED, NOT_SUPPORTED, textOf } from "../failures.ts";
import { NO_PATH, SESSION_COLLECTION } from "../names.ts";
import { type OutcomeState, SecretsOutcome } from "../outcome.ts";
import type { MethodCall } from "../wire/call.ts";
import type { BusMessage } from "../wire/message.ts";

/** Which answers come next. */
type Phase = "collections" | "locks" | "matches" | "locked-items" | "unlocked" | "prompted" | "work";

/** KeePassXC may ask to unlock the database, and then to allow access to the item. */
const MOST_UNLOCKS = 2;
/** Another program may erase an item after it was found. */
const MOST_SEARCHES = 5;
/** A user has a handful. */
const MOST_COLLECTIONS = 100;

/**
 * Opens a session, finds the items with the attributes, and unlocks what the subclass needs. The subclass then does its work.
 *
 * The first call reads a property, and its answer is awaited: gnome-keyring can crash if a client's first call opens a session.
 */
export class SearchPlan extends ConversationPlan {
  readonly outcome: SecretsOutcome = new SecretsOutcome();
  /** Set it before the conversation. The plan then ends with "needs-turn" if the daemon has no session collection. */
  needsTurn = false;
  private readonly attributes: ItemAttributes;
  private readonly mayPrompt: boolean;
  private phase: Phase = "collections";
  private isShowing = false;
  private unlocks = 0;
  private searches = 0;
  private collections: string[] = [];
  /** Locked collections whose items a search does not find. */
  private hidden: string[] = [];
  /** The items found. */
  protected unlocked: string[] = [];
  protected locked: string[] = [];
  protected session = "";
  /** "/" if there is none. */
  protected defaultCollection: string = NO_PATH;
  protected isDefaultOpen = true;

  /** `mayPrompt`: prompts may be shown. A KWallet that the login has opened needs a prompt too, but shows no dialog. */
  constructor(attributes: ItemAttributes, mayPrompt: boolean) {
    super();
    this.attributes = attributes;
    this.mayPrompt = mayPrompt;
  }

  override isPrompting(): boolean {
    return this.isShowing;
  }

  override abandon(): void {
    this.outcome.state = "silent";
    this.outcome.wasPrompting = this.isShowing;
  }

  override begin(): Round {
    this.phase = "collections";
    return one(getCollections());
  }

  override next(answers: BusMessage[]): Round {
    const first = answerAt(answers, 0);
    for (const answer of answers) {
      if (answer.error === REJECTED) return this.end("missing", REJECTED);
      if (answer.error === DISCONNECTED) return this.end("failed", DISCONNECTED);
    }
    this.isShowing = false;
    if (this.phase === "collections") return this.readCollections(first);
    if (this.phase === "locks") return this.readLocks(answers);
    if (this.phase === "matches") return this.readMatches(answers);
    if (this.phase === "locked-items") return this.readLockedItems(first);
    if (this.phase === "unlocked") return this.readUnlocked(first);
    if (this.phase === "prompted") {
      const mayBeOpen = areAccepted(answers) || isPromptGone(answers);
      return mayBeOpen ? this.look() : this.staysLocked("locked");
    }
    return this.proceed(answers);
  }

  /** Called when the search is done. */
  protected work(): Round {
    return this.end("none", "");
  }

  /** Called with the answers to a round of `work` or of this. */
  protected proceed(_answers: BusMessage[]): Round {
    return this.end("failed", "");
  }

  /** Whether the work needs the locked items that were found. */
  protected needsLocked(): boolean {
    return this.unlocked.length === 0;
  }

  /** Whether it matters that an item may exist in a locked collection. */
  protected mustBeCertain(): boolean {
    return true;
  }

  /** Called if something that the work needs cannot be unlocked. */
  protected staysLocked(state: OutcomeState): Round {
    return this.end(state, this.outcome.error === "" ? IS_LOCKED : this.outcome.error);
  }

  /** Unlocks the items or collections, and then searches again. */
  protected unlockFirst(paths: string[]): Round {
    if (this.unlocks >= MOST_UNLOCKS) return this.staysLocked("locked");
    this.unlocks = this.unlocks + 1;
    this.phase = "unlocked";
    return one(unlock(paths));
  }

  /** Starts again after an item was erased by another program. */
  protected searchAgain(answer: BusMessage): Round {
    if (this.searches >= MOST_SEARCHES) return this.fail(answer);
    return this.begin();
  }

  /** Shows the prompts. Returns undefined if this plan may not. */
  protected show(prompts: string[]): Round | undefined {
    if (!this.mayPrompt) return undefined;
    this.isShowing = true;
    const calls = [watchPrompts()];
    for (const path of prompts) calls.push(showPrompt(path));
    return new Round(calls, prompts);
  }

  protected startWork(): Round {
    this.phase = "work";
    return this.work();
  }

  protected isInDefault(item: string): boolean {
    return item.startsWith(this.defaultCollection + "/");
  }

  protected end(state: OutcomeState, error: string): Round {
    this.outcome.state = state;
    this.outcome.error = error;
    return new Round([], []);
  }

  /** Ends with the answer's error, or with "failed" if the answer is malformed. */
  protected fail(answer: BusMessage): Round {
    this.outcome.text = textOf(answer);
    return this.end(failureOf(answer.error), answer.error);
  }

  private readCollections(answer: BusMessage): Round {
    const body = propertyOf(answer, "ao");
    const collections = body.paths();
    if (body.isBad || collections.length > MOST_COLLECTIONS) return this.fail(answer);
    this.collections = collections;
    return this.look();
  }

  /**
   * Searches. gnome-keyring and oo7, which have a session collection, answer a search at any time. KeePassXC answers only once
   * something is unlocked, so without a session collection the locks are read first, which costs a round.
   */
  private look(): Round {
    if (this.collections.includes(SESSION_COLLECTION)) return this.search();
    if (this.collections.length === 0) return this.end("no-default", "");
    if (this.needsTurn) return this.end("needs-turn", "");
    this.phase = "locks";
    return new Round(this.lockQuestions(), []);
  }

  private readLocks(answers: BusMessage[]): Round {
    this.hidden = this.lockedAmong(answers, 0);
    this.outcome.hiddenCollections = this.hidden.length;
    this.outcome.lockedCollections = this.hidden;
    return this.hidden.length === this.collections.length ? this.unlockFirst(this.hidden) : this.search();
  }

  private search(): Round {
    this.searches = this.searches + 1;
    this.phase = "matches";
    const calls = [searchItems(this.attributes), getDefaultCollection(), openPlainSession()];
    for (const call of this.lockQuestions()) calls.push(call);
    return new Round(calls, []);
  }

  private readMatches(answers: BusMessage[]): Round {
    const found = answerAt(answers, 0);
    const alias = answerAt(answers, 1);
    const opened = answerAt(answers, 2);
    this.session = sessionOf(opened);
    if (opened.error === NOT_SUPPORTED) return this.end("unsupported", NOT_SUPPORTED);
    if (this.session === "") return this.fail(opened);
    const matches = argumentsOf(found, "aoao");
    this.unlocked = matches.paths();
    this.locked = matches.paths();
    if (matches.isBad) return this.fail(found);
    const target = argumentsOf(alias, "o");
    const path = target.string();
    this.defaultCollection = target.isBad || path === "" ? NO_PATH : path;
    const locked = this.lockedAmong(answers, 3);
    this.isDefaultOpen = !locked.includes(this.defaultCollection);
    this.outcome.lockedCollections = locked;
    this.outcome.lockedItems = this.locked.length;
    return this.decide();
  }

  private decide(): Round {
    if (this.locked.length > 0 && this.needsLocked()) return this.unlockFirst(this.locked);
    if (this.unlocked.length > 0 || this.locked.length > 0 || !this.mustBeCertain()) return this.startWork();
    if (this.hidden.length > 0) return this.unlockFirst(this.hidden);
    if (this.isDefaultOpen) return this.startWork();
    this.phase = "locked-items";
    return one(searchItems([]));
  }

  /** gnome-keyring finds locked items, and oo7 does not. If a search finds any locked item at all, "nothing found" is true. */
  private readLockedItems(answer: BusMessage): Round {
    const body = argumentsOf(answer, "aoao");
    body.paths();
    const locked = body.paths();
    return !body.isBad && locked.length > 0 ? this.startWork() : this.unlockFirst([this.defaultCollection]);
  }

  private readUnlocked(answer: BusMessage): Round {
    const body = argumentsOf(answer, "aoo");
    body.paths();
    const prompt = body.string();
    if (body.isBad) {
      this.outcome.text = textOf(answer);
      this.outcome.error = answer.error;
      return this.staysLocked(failureOf(answer.error));
    }
    if (prompt === NO_PATH) return this.look();
    this.phase = "prompted";
    return this.show([prompt]) ?? this.staysLocked("locked");
  }

  private lockQuestions(): MethodCall[] {
    return this.collections.map((path) => isCollectionLocked(path));
  }

  /** The collections that are locked, or whose answer is malformed. The answers begin at `from`. */
  private lockedAmong(answers: BusMessage[], from: number): string[] {
    const locked: string[] = [];
    for (let i = 0; i < this.collections.length; i++) {
      const body = propertyOf(answerAt(answers, from + i), "b");
      if (body.u32() !== 0 || body.isBad) locked.push(this.collections[i] ?? "");
    }
    return locked;
  }
}

function one(call: MethodCall): Round {
  return new Round([call], []);
}
