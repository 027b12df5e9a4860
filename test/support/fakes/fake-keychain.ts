import { attributesOf } from "../../../src/secret-service/attributes.ts";
import { type SecretBusServer, startSecretBus } from "./secret-bus-server.ts";
import {
  type FakeCall,
  type FakeCollection,
  FakeSecretDaemon,
  type FakeReply,
  type Habits,
} from "./secret-daemon.ts";

/** `error`: its answer to every call. */
export type FakeState = "usual" | "silent" | { readonly error: string; readonly text: string };

/** A Secret Service with its own session bus. It has the open collection `login`, which is the default. */
export class FakeKeychain extends FakeSecretDaemon {
  state: FakeState = "usual";
  /** The bus closes the connection when this member is called. */
  closesAt: string | undefined;
  readonly login: FakeCollection;
  private bus: SecretBusServer | undefined;

  constructor(habits: Partial<Habits> = {}, login: Parameters<FakeSecretDaemon["add"]>[1] = {}) {
    super(habits);
    this.login = this.add("login", login);
  }

  /** Listens on the socket, which may be abstract. */
  async listen(path: string): Promise<this> {
    const bus = await startSecretBus(path, this);
    let answered = 0;
    bus.change = (bytes) => {
      const isClosing = this.closesAt !== undefined && this.called.slice(answered).includes(this.closesAt);
      answered = this.called.length;
      return isClosing ? undefined : bytes;
    };
    this.bus = bus;
    return this;
  }

  /** Ends the bus. Idempotent. */
  async close(): Promise<void> {
    await this.bus?.close();
    this.bus = undefined;
  }

  /** Adds an item of docr's. */
  store(name: string, value: string, into: FakeCollection = this.login, modified = 1): void {
    this.put(into, attributesOf(name), value, modified);
  }

  /** Every item by docr's name, in every collection. */
  values(): ReadonlyMap<string, string> {
    const items = this.collections.flatMap((collection) => collection.items);
    return new Map(
      items.map(({ attributes, value }) => [attributes["account"] ?? "", Buffer.from(value).toString()]),
    );
  }

  override answer(call: FakeCall): FakeReply {
    if (this.state === "usual") return super.answer(call);
    this.called.push(call.member);
    return this.state === "silent" ? undefined : this.state;
  }
}
