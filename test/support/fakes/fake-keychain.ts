import { createServer, type Socket } from "node:net";
import { attributesOf } from "../../../src/secret-service/attributes.ts";
import { FakeSecretBus } from "./secret-bus.ts";
import {
  type FakeCall,
  type FakeCollection,
  FakeSecretDaemon,
  type FakeReply,
  type Habits,
} from "./secret-daemon.ts";

/** `error`: its answer to every call. */
export type FakeState = "usual" | "silent" | { readonly error: string; readonly text: string };

/** A Secret Service on a session bus with a real socket. It has the open collection `login`, which is the default. */
export class FakeKeychain extends FakeSecretDaemon {
  state: FakeState = "usual";
  /** The bus closes the connection when this member is called. */
  closesAt: string | undefined;
  readonly login: FakeCollection;
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((socket) => this.serve(socket));

  constructor(habits: Partial<Habits> = {}, login: Parameters<FakeSecretDaemon["add"]>[1] = {}) {
    super(habits);
    this.login = this.add("login", login);
  }

  /** Listens on the socket, which may be abstract. */
  async listen(path: string): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(path, resolve);
    });
    return this;
  }

  /** Ends the bus. Idempotent. */
  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    if (this.server.listening) await new Promise((resolve) => this.server.close(resolve));
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

  private serve(socket: Socket): void {
    const bus = new FakeSecretBus(this);
    this.sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("data", (chunk: Buffer) => {
      const calls = this.called.length;
      const out = bus.take(chunk);
      const isClosing = this.closesAt !== undefined && this.called.slice(calls).includes(this.closesAt);
      if (isClosing) socket.destroy();
      else socket.write(out);
    });
  }
}
