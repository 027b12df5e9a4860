import type { Keytar } from "../../../src/stores/keychain/keytar-keychain.ts";

/** keytar over a map. */
export interface FakeKeytar extends Keytar {
  /** By service, then by account. */
  readonly items: Map<string, Map<string, string>>;
  /** `get ACCOUNT`, `set ACCOUNT`, `delete ACCOUNT`, `find`, in order. */
  readonly calls: string[];
  state: "unlocked" | "silent" | Error;
}

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
      answer(`get ${account}`, () => serviceOf(service).get(account) ?? null),
    setPassword: (service, account, password) =>
      answer(`set ${account}`, () => void serviceOf(service).set(account, password)),
    deletePassword: (service, account) =>
      answer(`delete ${account}`, () => serviceOf(service).delete(account)),
    findCredentials: (service) =>
      answer("find", () => [...serviceOf(service)].map(([account, password]) => ({ account, password }))),
  };
  async function answer<T>(call: string, work: () => T): Promise<T> {
    keytar.calls.push(call);
    await Promise.resolve();
    if (keytar.state === "silent") return new Promise<never>(() => {});
    if (keytar.state instanceof Error) throw keytar.state;
    return work();
  }
  return keytar;
}
