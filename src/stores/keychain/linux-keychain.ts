import type { Locks } from "../../core/locks.ts";
import { type Entries, asEntries, type SecretStore } from "../../core/secret-store.ts";
import { Secret } from "../../core/secret.ts";
import { attributesOf, attributesOfAll, labelOf } from "../../secret-service/attributes.ts";
import type { SecretsOutcome, StoredValue } from "../../secret-service/outcome.ts";
import { ErasePlan } from "../../secret-service/plans/erase-plan.ts";
import { ListPlan } from "../../secret-service/plans/list-plan.ts";
import { ReadPlan } from "../../secret-service/plans/read-plan.ts";
import { StorePlan } from "../../secret-service/plans/store-plan.ts";
import type { BusAccess, BusTimeouts } from "./bus-connection.ts";
import { createConversations, type CreatePlan } from "./conversations.ts";
import { failureOfOutcome, partlyLockedKeychain } from "./keychain-failures.ts";

/** Items without a secret, which earlier versions stored to see whether a keyring is locked, and to list logins. */
const OBSOLETE = ["check", "index"].map(attributesOf);

/** Held while a process changes a daemon that has no session collection. */
const CHANGE_LOCK = "keychain-change";

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
  readonly locks: Locks;
  /** For a daemon that refuses plain sessions, and for a keyring without a default collection, which libsecret creates. */
  readonly libsecret: SecretStore;
}

/**
 * The keychain of a Linux desktop: any Secret Service, such as gnome-keyring, KWallet and KeePassXC. An item that is locked is never
 * reported as missing.
 */
export function createLinuxKeychain({
  bus,
  timeouts,
  readFacts,
  readDaemon,
  locks,
  libsecret,
}: LinuxKeychainOptions): SecretStore {
  const ask = createConversations(bus, timeouts);
  /** The latest listing that the daemon has not answered yet, unless this process has changed something since. */
  let listing: Promise<SecretsOutcome> | undefined;

  /** Whether nothing can be stored because no collection exists. */
  const isEmpty = async ({ state, lockedCollections }: SecretsOutcome): Promise<boolean> => {
    if (state !== "no-default" || lockedCollections.length > 0) return false;
    return (await readDaemon())?.startsWith("kwalletd") === true;
  };
  const accountOf = (bytes: Uint8Array): string => readFacts(secretOf(bytes))?.name ?? "";
  /** The daemon's own times have whole seconds. */
  const timeOf = ({ bytes, modified }: StoredValue): number =>
    readFacts(secretOf(bytes))?.storedAt ?? modified * 1000;
  /** The items' values by name, the newest of each. */
  const newestOf = ({ values }: SecretsOutcome): ReadonlyMap<string, StoredValue> => {
    const newest = new Map<string, StoredValue>();
    for (const value of values.filter(isComplete)) {
      const other = newest.get(value.account);
      newest.set(value.account, other ? newer(other, value) : value);
    }
    return newest;
  };
  /** Answers a read from a listing that was asked for before it, which saves a conversation. Undefined if the listing does not tell. */
  const readListed = async (
    name: string,
  ): Promise<{ readonly value: StoredValue | undefined } | undefined> => {
    const outcome = await listing?.catch(() => undefined);
    if (outcome?.state !== "found") return undefined;
    const value = newestOf(outcome).get(name);
    return value || outcome.lockedCollections.length === 0 ? { value } : undefined;
  };
  /**
   * Changes items. KeePassXC can crash if several clients do so at once. To a client it differs from gnome-keyring by its missing session
   * collection, as KWallet does. Only then does the change take a lock and a second conversation.
   */
  const change = async (create: CreatePlan): Promise<SecretsOutcome> => {
    listing = undefined;
    const outcome = await ask((prompts) => {
      const plan = create(prompts);
      plan.needsTurn = true;
      return plan;
    });
    if (outcome.state !== "needs-turn") return outcome;
    using _ = await locks.acquire(CHANGE_LOCK, timeouts.machineMs);
    return await ask(create);
  };
  const newer = (a: StoredValue, b: StoredValue): StoredValue => (timeOf(b) > timeOf(a) ? b : a);

  return {
    async read(name) {
      const listed = await readListed(name);
      if (listed) return listed.value && secretOf(listed.value.bytes);
      const outcome = await ask((prompts) => new ReadPlan(attributesOf(name), prompts));
      if (outcome.state === "none") return undefined;
      if (outcome.state === "unsupported") return libsecret.read(name);
      if (await isEmpty(outcome)) return undefined;
      if (outcome.state !== "found") throw failureOfOutcome(outcome, timeouts);
      const [first, ...others] = outcome.values.filter(isComplete);
      return first && secretOf(others.reduce(newer, first).bytes);
    },
    async write(name, value) {
      const bytes = Buffer.from(value.reveal());
      const outcome = await change(
        (prompts) => new StorePlan(attributesOf(name), labelOf(name), bytes, prompts, OBSOLETE),
      );
      if (outcome.state === "done") return;
      if (outcome.state !== "unsupported" && outcome.state !== "no-default")
        throw failureOfOutcome(outcome, timeouts);
      await libsecret.write(name, value);
    },
    async erase(name) {
      const outcome = await change((prompts) => new ErasePlan(attributesOf(name), prompts));
      if (outcome.state === "unsupported") return libsecret.erase(name);
      if (outcome.state === "done" || outcome.state === "none") return outcome.state === "done";
      if (await isEmpty(outcome)) return false;
      throw failureOfOutcome(outcome, timeouts);
    },
    async entries(...prefixes): Promise<Entries> {
      const asked = ask((prompts) => new ListPlan(attributesOfAll(), prompts, accountOf));
      listing = asked;
      const outcome = await asked.finally(() => {
        if (listing === asked) listing = undefined;
      });
      if (outcome.state === "unsupported") return libsecret.entries(...prefixes);
      if (await isEmpty(outcome)) return new Map();
      if (outcome.state !== "found" && outcome.state !== "none") throw failureOfOutcome(outcome, timeouts);
      const values = [...newestOf(outcome)]
        .filter(([name]) => prefixes.some((prefix) => name.startsWith(prefix)))
        .map(([name, { bytes }]) => [name, secretOf(bytes)] as const);
      const isPartial = outcome.lockedItems > 0 || outcome.hiddenCollections > 0;
      return asEntries(new Map(values), isPartial ? partlyLockedKeychain(outcome) : undefined);
    },
  };
}

/** KWallet creates an item before it gives it its value, so an empty item is one that another process is about to store. */
function isComplete({ bytes }: StoredValue): boolean {
  return bytes.length > 0;
}

function secretOf(bytes: Uint8Array): Secret {
  return new Secret(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
}
