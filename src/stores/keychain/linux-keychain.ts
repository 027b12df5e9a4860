import { type Entries, asEntries, type SecretStore } from "../../core/secret-store.ts";
import type { HelperError } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";
import { attributesOf, attributesOfAll, labelOf } from "../../secret-service/attributes.ts";
import type { SecretsOutcome, StoredValue } from "../../secret-service/outcome.ts";
import { ErasePlan } from "../../secret-service/plans/erase-plan.ts";
import { ListPlan } from "../../secret-service/plans/list-plan.ts";
import { ReadPlan } from "../../secret-service/plans/read-plan.ts";
import type { SearchPlan } from "../../secret-service/plans/search-plan.ts";
import { StorePlan } from "../../secret-service/plans/store-plan.ts";
import { type BusAccess, type BusTimeouts, converse } from "./bus-connection.ts";
import { failureOfOutcome, noSessionBus, partlyLockedKeychain } from "./keychain-failures.ts";

/** The daemon ended while it had the call. */
const NO_REPLY = "org.freedesktop.DBus.Error.NoReply";

/** Items without a secret, which earlier versions stored to see whether a keyring is locked, and to list logins. */
const OBSOLETE = ["check", "index"].map(attributesOf);

/** What a value says about itself. */
export interface ValueFacts {
  /** The item's name. */
  readonly name: string;
  /** Milliseconds since the epoch. Undefined if an earlier version stored it. */
  readonly storedAt: number | undefined;
}

export interface LinuxKeychainOptions {
  readonly bus: BusAccess;
  readonly timeouts: BusTimeouts;
  /** Returns undefined if the value does not say. docr then asks the daemon, which takes a call for each item. */
  readonly readFacts: (value: Secret) => ValueFacts | undefined;
  /**
   * The program that answers, if the daemon has no collection at all: KWallet lists every wallet, so there is none. KeePassXC lists only
   * open databases.
   */
  readonly readDaemon: () => Promise<string | undefined>;
  /** For a daemon that refuses plain sessions, and for a keyring without a default collection, which libsecret creates. */
  readonly libsecret: SecretStore;
}

type CreatePlan = (mayPrompt: boolean) => SearchPlan;

/**
 * The keychain of a Linux desktop: any Secret Service, such as gnome-keyring, KWallet and KeePassXC. An item that is locked is never
 * reported as missing.
 */
export function createLinuxKeychain({
  bus,
  timeouts,
  readFacts,
  readDaemon,
  libsecret,
}: LinuxKeychainOptions): SecretStore {
  let silent: HelperError | undefined;
  let mayPrompt = true;
  let previous: Promise<unknown> = Promise.resolve();

  const attempt = async (create: CreatePlan): Promise<SecretsOutcome> => {
    const plan = create(mayPrompt);
    if (!(await converse(plan, bus, timeouts))) throw noSessionBus();
    return plan.outcome;
  };
  const hold = async (create: CreatePlan): Promise<SecretsOutcome> => {
    // After one timeout, this process does not wait for the keychain again.
    if (silent) throw silent;
    let outcome = await attempt(create);
    if (outcome.error === NO_REPLY) outcome = await attempt(create);
    // The user has dismissed the prompt, or sees none.
    if (outcome.state === "locked") mayPrompt = false;
    if (outcome.state === "silent") silent = failureOfOutcome(outcome, timeouts);
    return outcome;
  };
  /** One conversation at a time, so that the user sees one prompt at a time. */
  const ask = (create: CreatePlan): Promise<SecretsOutcome> => {
    const next = previous.then(() => hold(create));
    previous = next.catch(() => undefined);
    return next;
  };
  /** Whether nothing can be stored because no collection exists. */
  const isEmpty = async ({ state, lockedCollections }: SecretsOutcome): Promise<boolean> => {
    if (state !== "no-default" || lockedCollections.length > 0) return false;
    return (await readDaemon())?.startsWith("kwalletd") === true;
  };
  const accountOf = (bytes: Uint8Array): string => readFacts(secretOf(bytes))?.name ?? "";
  /** The daemon's own times have whole seconds. */
  const timeOf = ({ bytes, modified }: StoredValue): number =>
    readFacts(secretOf(bytes))?.storedAt ?? modified * 1000;
  const newer = (a: StoredValue, b: StoredValue): StoredValue => (timeOf(b) > timeOf(a) ? b : a);

  return {
    async read(name) {
      const outcome = await ask((prompts) => new ReadPlan(attributesOf(name), prompts));
      if (outcome.state === "none") return undefined;
      if (outcome.state === "unsupported") return libsecret.read(name);
      if (await isEmpty(outcome)) return undefined;
      if (outcome.state !== "found") throw failureOfOutcome(outcome, timeouts);
      return secretOf(outcome.values.reduce(newer).bytes);
    },
    async write(name, value) {
      const bytes = Buffer.from(value.reveal());
      const outcome = await ask(
        (prompts) => new StorePlan(attributesOf(name), labelOf(name), bytes, prompts, OBSOLETE),
      );
      if (outcome.state === "done") return;
      if (outcome.state !== "unsupported" && outcome.state !== "no-default")
        throw failureOfOutcome(outcome, timeouts);
      await libsecret.write(name, value);
    },
    async erase(name) {
      const outcome = await ask((prompts) => new ErasePlan(attributesOf(name), prompts));
      if (outcome.state === "unsupported") return libsecret.erase(name);
      if (outcome.state === "done" || outcome.state === "none") return outcome.state === "done";
      if (await isEmpty(outcome)) return false;
      throw failureOfOutcome(outcome, timeouts);
    },
    async entries(...prefixes): Promise<Entries> {
      const outcome = await ask((prompts) => new ListPlan(attributesOfAll(), prompts, accountOf));
      if (outcome.state === "unsupported") return libsecret.entries(...prefixes);
      if (await isEmpty(outcome)) return new Map();
      if (outcome.state !== "found" && outcome.state !== "none") throw failureOfOutcome(outcome, timeouts);
      const found = new Map<string, StoredValue>();
      for (const value of outcome.values) {
        const { account } = value;
        if (!prefixes.some((prefix) => account.startsWith(prefix))) continue;
        const other = found.get(account);
        found.set(account, other ? newer(other, value) : value);
      }
      const values = new Map([...found].map(([name, { bytes }]) => [name, secretOf(bytes)]));
      const isPartial = outcome.lockedItems > 0 || outcome.hiddenCollections > 0;
      return asEntries(values, isPartial ? partlyLockedKeychain(outcome) : undefined);
    },
  };
}

function secretOf(bytes: Uint8Array): Secret {
  return new Secret(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
}
