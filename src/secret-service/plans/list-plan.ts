import { answerAt, argumentsOf, attributeIn, readSecret } from "../answers.ts";
import type { ItemAttributes } from "../attributes.ts";
import { getProperty, getSecrets } from "../calls.ts";
import { Round } from "../conversation-plan.ts";
import { isGone } from "../failures.ts";
import { ITEM_INTERFACE } from "../names.ts";
import { StoredValue } from "../outcome.ts";
import type { BusMessage } from "../wire/message.ts";
import { getModified, setAllModified, sortNewestFirst } from "./newest-first.ts";
import { SearchPlan } from "./search-plan.ts";

/** Which answers come next. */
type Step = "values" | "accounts" | "times";

/** Returns the attribute `account` of the item with this value, if the value itself tells it. "" otherwise. */
export type ReadAccount = (value: Uint8Array) => string;

/**
 * Reads the values of all unlocked items with the attributes, with their accounts. Ends with "found", "none" or "locked"; "locked"
 * means that all of them are. `outcome.lockedItems` counts the items that were left out.
 *
 * All values come with one call. An account costs a call for each item, which takes longer than all values, so `readAccount` saves
 * most of the time.
 */
export class ListPlan extends SearchPlan {
  private readonly readAccount: ReadAccount;
  private step: Step = "values";
  private values: StoredValue[] = [];
  /** The values whose account or time is asked for. */
  private asked: StoredValue[] = [];

  constructor(attributes: ItemAttributes, mayPrompt: boolean, readAccount: ReadAccount) {
    super(attributes, mayPrompt);
    this.readAccount = readAccount;
  }

  protected override work(): Round {
    if (this.unlocked.length === 0) return this.end("none", "");
    this.step = "values";
    return new Round([getSecrets(this.unlocked, this.session)], []);
  }

  protected override proceed(answers: BusMessage[]): Round {
    if (this.step === "values") return this.readValues(answerAt(answers, 0));
    if (this.step === "accounts") return this.readAccounts(answers);
    setAllModified(this.asked, answers, 0);
    return this.finish();
  }

  private readValues(answer: BusMessage): Round {
    if (isGone(answer)) return this.searchAgain(answer);
    const body = argumentsOf(answer, "a{o(oayays)}");
    const end = body.array(8);
    this.values = [];
    this.asked = [];
    while (!body.isBad && body.at < end) {
      body.align(8);
      const path = body.string();
      const bytes = readSecret(body);
      if (bytes === undefined) return this.fail(answer);
      const value = new StoredValue(path, bytes);
      value.account = this.readAccount(bytes);
      this.values.push(value);
      if (value.account === "") this.asked.push(value);
    }
    if (body.isBad) return this.fail(answer);
    if (this.asked.length === 0) return this.compareTimes();
    this.step = "accounts";
    return new Round(
      this.asked.map(({ path }) => getProperty(path, ITEM_INTERFACE, "Attributes")),
      [],
    );
  }

  /** Leaves out items that another program has erased meanwhile. */
  private readAccounts(answers: BusMessage[]): Round {
    let index = 0;
    for (const value of this.asked) {
      const answer = answerAt(answers, index);
      index += 1;
      value.account = attributeIn(answer, "account");
      if (value.account === "" && answer.type === "error" && !isGone(answer)) return this.fail(answer);
    }
    this.values = this.values.filter(({ account }) => account !== "");
    return this.compareTimes();
  }

  /** Asks when the items changed whose account is not unique. */
  private compareTimes(): Round {
    const counts = new Map<string, number>();
    for (const { account } of this.values) counts.set(account, (counts.get(account) ?? 0) + 1);
    this.asked = this.values.filter(({ account }) => (counts.get(account) ?? 0) > 1);
    if (this.asked.length === 0) return this.finish();
    this.step = "times";
    return new Round(
      this.asked.map(({ path }) => getModified(path)),
      [],
    );
  }

  private finish(): Round {
    sortNewestFirst(this.values, (item) => this.isInDefault(item));
    this.outcome.values = this.values;
    return this.end(this.values.length > 0 ? "found" : "none", "");
  }
}
