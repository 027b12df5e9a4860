import type { Keytar } from "../../../src/stores/keychain/keychain.ts";

/** keytar over a map. In the state "locked" it behaves like libsecret with a locked collection. */
export interface FakeKeytar extends Keytar {
  /** By service, then by account. */
  readonly items: Map<string, Map<string, string>>;
  /** `get ACCOUNT`, `set ACCOUNT`, `delete ACCOUNT`, `find`, in order. */
  readonly calls: string[];
  state: "unlocked" | "locked" | "silent" | Error;
}

/** keytar's message for a write into a locked collection of gnome-keyring. */
export const LOCKED_MESSAGE = "Cannot create an item in a locked collection";

export function createFakeKeytar(): FakeKeytar {
  const items = new Map<string, Map<string, string>>();
  const serviceOf = (service: string): Map<string, string> => {
    const found = items.get(service) ?? new Map<string, string>();
    items.set(service, found);
    return found;
  };
  const keytar: FakeKeytar = {
    items,
    calls: [],
    state: "unlocked",
    getPassword: (service, account) =>
      answer(`get ${account}`, () => serviceOf(service).get(account) ?? null, null),
    setPassword: (service, account, password) =>
      answer(
        `set ${account}`,
        () => void serviceOf(service).set(account, password),
        new Error(LOCKED_MESSAGE),
      ),
    deletePassword: (service, account) =>
      answer(`delete ${account}`, () => serviceOf(service).delete(account), false),
    findCredentials: (service) =>
      answer(
        "find",
        () => [...serviceOf(service)].map(([account, password]) => ({ account, password })),
        // The real one does not reject: the process crashes (gnome-keyring 42, SIGSEGV).
        new Error("the process has crashed"),
      ),
  };
  async function answer<T>(call: string, work: () => T, whenLocked: T | Error): Promise<T> {
    keytar.calls.push(call);
    await Promise.resolve();
    if (keytar.state === "silent") return new Promise<never>(() => {});
    if (keytar.state instanceof Error) throw keytar.state;
    if (keytar.state === "unlocked") return work();
    if (whenLocked instanceof Error) throw whenLocked;
    return whenLocked;
  }
  return keytar;
}
