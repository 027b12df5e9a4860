/** A Secret Service in memory: collections, items, locks and prompts. It answers calls; secret-bus.ts has the bytes. */
import { NO_PATH, SECRETS_PATH, SESSION_COLLECTION } from "../../../src/secret-service/names.ts";
import type { WireReader } from "../../../src/secret-service/wire/reader.ts";
import type { WireWriter } from "../../../src/secret-service/wire/writer.ts";

export interface FakeItem {
  readonly path: string;
  readonly label: string;
  readonly attributes: Readonly<Record<string, string>>;
  value: Uint8Array;
  contentType: string;
  /** Seconds since the epoch. */
  modified: number;
}

export interface FakeCollection {
  readonly path: string;
  readonly label: string;
  isLocked: boolean;
  /** What Unlock does: open it, return a prompt, or return a prompt that a person dismisses. */
  readonly unlocking: "silent" | "prompt" | "dismissed" | "unanswered";
  items: FakeItem[];
}

/** How daemons differ. The default is gnome-keyring. */
export interface Habits {
  /** Lists the collection `session`. KeePassXC and KWallet do not. */
  readonly hasSession: boolean;
  /** A search finds the items of locked collections. oo7's does not. */
  readonly findsLocked: boolean;
  /** A search is not answered while everything is locked, as in KeePassXC. */
  readonly waitsWhileLocked: boolean;
  /** CreateItem and Delete return a prompt, which ends without a person, as in KeePassXC. */
  readonly changesByPrompt: boolean;
  readonly refusesPlain: boolean;
  /** The type of OpenSession's output. KWallet's is "ay". */
  readonly sessionOutput: "s" | "ay";
}

/** A call, as the bus passes it on. */
export interface FakeCall {
  readonly path: string;
  readonly iface: string;
  readonly member: string;
  readonly body: WireReader;
}

export type FakeReply =
  | { readonly signature: string; readonly write: (out: WireWriter) => void; readonly ended?: EndedPrompt[] }
  | { readonly error: string; readonly text: string }
  /** No answer. */
  | undefined;

/** A prompt that ended with this call. */
export interface EndedPrompt {
  readonly path: string;
  readonly isDismissed: boolean;
}

const GNOME_KEYRING: Habits = {
  hasSession: true,
  findsLocked: true,
  waitsWhileLocked: false,
  changesByPrompt: false,
  refusesPlain: false,
  sessionOutput: "s",
};

export class FakeSecretDaemon {
  readonly habits: Habits;
  readonly collections: FakeCollection[] = [];
  defaultCollection: string = NO_PATH;
  /** The members called, in order. */
  readonly called: string[] = [];
  /** Runs before each call, as another process would. */
  beforeCall: (member: string) => void = () => undefined;
  /** Errors by member: name and text. */
  readonly errors: Map<string, readonly [string, string]> = new Map();
  private readonly prompts = new Map<
    string,
    { readonly run: () => void; readonly end: FakeCollection["unlocking"] }
  >();
  private count = 0;

  constructor(habits: Partial<Habits> = {}) {
    this.habits = { ...GNOME_KEYRING, ...habits };
    if (this.habits.hasSession) this.add("session");
  }

  /** Adds a collection. The first one after `session` becomes the default. */
  add(name: string, facts: Partial<Pick<FakeCollection, "isLocked" | "unlocking">> = {}): FakeCollection {
    const collection: FakeCollection = {
      path: `${SECRETS_PATH}/collection/${name}`,
      label: `${name} ü`,
      isLocked: false,
      unlocking: "dismissed",
      items: [],
      ...facts,
    };
    this.collections.push(collection);
    if (collection.path !== SESSION_COLLECTION && this.defaultCollection === NO_PATH)
      this.defaultCollection = collection.path;
    return collection;
  }

  /** `attributes`: name, value, name, value… */
  put(into: FakeCollection, attributes: readonly string[], value: string, modified = 1): FakeItem {
    const pairs = Array.from({ length: attributes.length / 2 }, (_, i) => attributes.slice(2 * i, 2 * i + 2));
    const item: FakeItem = {
      path: `${into.path}/${(this.count += 1)}`,
      label: "",
      attributes: Object.fromEntries(pairs),
      value: Buffer.from(value),
      contentType: "text/plain",
      modified,
    };
    into.items.push(item);
    return item;
  }

  remove(path: string): void {
    for (const collection of this.collections)
      collection.items = collection.items.filter((item) => item.path !== path);
  }

  answer(call: FakeCall): FakeReply {
    const { member } = call;
    this.called.push(member);
    this.beforeCall(member);
    const [error, text] = this.errors.get(member) ?? [];
    if (error !== undefined) return { error, text: text ?? "" };
    switch (member) {
      case "Get":
        return this.property(call);
      case "SearchItems":
        return this.search(readAttributes(call.body));
      case "ReadAlias":
        return pathReply(this.defaultCollection);
      case "OpenSession":
        return this.openSession();
      case "Unlock":
        return this.unlock(call.body.paths());
      case "GetSecrets":
        return this.secrets(call.body.paths());
      case "GetSecret":
        return this.withOpenItem(call.path, (item) => ({
          signature: "(oayays)",
          write: (out) => writeSecret(out, item),
        }));
      case "SetSecret":
        return this.withOpenItem(call.path, (item) => this.set(item, call.body));
      case "Delete":
        return this.withOpenItem(call.path, () => this.change(() => this.remove(call.path)));
      case "CreateItem":
        return this.create(call);
      case "Prompt":
        return this.prompt(call.path);
      case "Dismiss":
        return { signature: "", write: () => undefined, ended: [{ path: call.path, isDismissed: true }] };
      default:
        return { error: "org.freedesktop.DBus.Error.UnknownMethod", text: `no ${member}` };
    }
  }

  private property({ path: object, body }: FakeCall): FakeReply {
    body.string();
    const name = body.string();
    const collection = this.collections.find((one) => one.path === object);
    const owner = this.collectionOf(object);
    const item = owner?.items.find((one) => one.path === object);
    if (name === "Collections") {
      return variant("ao", (out) => writePaths(out, this.collections));
    }
    if (collection && name === "Locked") return variant("b", (out) => out.u32(collection.isLocked ? 1 : 0));
    if (collection && name === "Label") return variant("s", (out) => out.string(collection.label));
    if (item && name === "Modified") {
      return variant("t", (out) => {
        out.align(8);
        out.u32(item.modified % 0x1_0000_0000);
        out.u32(Math.floor(item.modified / 0x1_0000_0000));
      });
    }
    if (item && name === "Attributes")
      return variant("a{ss}", (out) => writeAttributes(out, item.attributes));
    return NO_OBJECT;
  }

  private search(wanted: Readonly<Record<string, string>>): FakeReply {
    if (this.habits.waitsWhileLocked && this.collections.every(({ isLocked }) => isLocked)) return undefined;
    const matches = (isLocked: boolean): FakeItem[] =>
      this.collections
        .filter((one) => one.isLocked === isLocked)
        .flatMap(({ items }) => items)
        .filter(({ attributes }) =>
          Object.entries(wanted).every(([name, value]) => attributes[name] === value),
        );
    return {
      signature: "aoao",
      write: (out) => {
        writePaths(out, matches(false));
        writePaths(out, this.habits.findsLocked ? matches(true) : []);
      },
    };
  }

  private openSession(): FakeReply {
    if (this.habits.refusesPlain)
      return { error: "org.freedesktop.DBus.Error.NotSupported", text: "no plain" };
    return {
      signature: "vo",
      write: (out) => {
        out.signature(this.habits.sessionOutput);
        out.u32(0);
        if (this.habits.sessionOutput === "s") out.byte(0);
        out.string(`${SECRETS_PATH}/session/1`);
      },
    };
  }

  private unlock(paths: readonly string[]): FakeReply {
    const named = this.collections.filter(
      (one) => one.isLocked && paths.some((name) => name === one.path || name.startsWith(`${one.path}/`)),
    );
    const silent = named.filter(({ unlocking }) => unlocking === "silent");
    for (const collection of silent) collection.isLocked = false;
    const asking = named.find(({ isLocked }) => isLocked);
    const prompt = asking
      ? this.addPrompt(() => {
          asking.isLocked = false;
        }, asking.unlocking)
      : NO_PATH;
    return {
      signature: "aoo",
      write: (out) => {
        writePaths(out, silent);
        out.string(prompt);
      },
    };
  }

  private secrets(paths: readonly string[]): FakeReply {
    const items = paths.flatMap((name) => {
      const owner = this.collectionOf(name);
      return owner?.isLocked === false ? owner.items.filter((item) => item.path === name) : [];
    });
    return {
      signature: "a{o(oayays)}",
      write: (out) => {
        const entries = out.beginArray(8);
        for (const item of items) {
          out.align(8);
          out.string(item.path);
          writeSecret(out, item);
        }
        out.endArray(entries, 8);
      },
    };
  }

  private set(item: FakeItem, body: WireReader): FakeReply {
    const { value, contentType } = readSecretArgument(body);
    item.value = value;
    item.contentType = contentType;
    item.modified += 1;
    return { signature: "", write: () => undefined };
  }

  private create({ path: object, body }: FakeCall): FakeReply {
    const collection = this.collections.find((one) => one.path === object);
    if (!collection) return NO_OBJECT;
    if (collection.isLocked) return LOCKED;
    const properties = readItemProperties(body);
    const { value, contentType } = readSecretArgument(body);
    const item = {
      path: `${object}/${(this.count += 1)}`,
      ...properties,
      value,
      contentType,
      modified: 1,
    };
    const add = (): void => {
      const isSame = (one: FakeItem): boolean =>
        JSON.stringify(one.attributes) === JSON.stringify(item.attributes);
      collection.items = [...collection.items.filter((one) => !isSame(one)), item];
    };
    const isPrompted = this.habits.changesByPrompt;
    if (!isPrompted) add();
    const prompt = isPrompted ? this.addPrompt(add, "prompt") : NO_PATH;
    return {
      signature: "oo",
      write: (out) => {
        out.string(isPrompted ? NO_PATH : item.path);
        out.string(prompt);
      },
    };
  }

  private change(run: () => void): FakeReply {
    if (this.habits.changesByPrompt) return pathReply(this.addPrompt(run, "prompt"));
    run();
    return pathReply(NO_PATH);
  }

  private addPrompt(run: () => void, end: FakeCollection["unlocking"]): string {
    const name = `${SECRETS_PATH}/prompt/${(this.count += 1)}`;
    this.prompts.set(name, { run, end });
    return name;
  }

  private prompt(name: string): FakeReply {
    const prompt = this.prompts.get(name);
    if (!prompt) return NO_OBJECT;
    if (prompt.end === "prompt") prompt.run();
    const ended =
      prompt.end === "unanswered" ? [] : [{ path: name, isDismissed: prompt.end === "dismissed" }];
    return { signature: "", write: () => undefined, ended };
  }

  private withOpenItem(object: string, use: (item: FakeItem) => FakeReply): FakeReply {
    const owner = this.collectionOf(object);
    const item = owner?.items.find((one) => one.path === object);
    if (!owner || !item) return NO_OBJECT;
    return owner.isLocked ? LOCKED : use(item);
  }

  private collectionOf(item: string): FakeCollection | undefined {
    return this.collections.find((one) => item.startsWith(`${one.path}/`));
  }
}

const NO_OBJECT: FakeReply = { error: "org.freedesktop.Secret.Error.NoSuchObject", text: "no such object" };
const LOCKED: FakeReply = { error: "org.freedesktop.Secret.Error.IsLocked", text: "gesperrt: ü" };

function pathReply(name: string): FakeReply {
  return { signature: "o", write: (out) => out.string(name) };
}

function variant(type: string, write: (out: WireWriter) => void): FakeReply {
  return {
    signature: "v",
    write: (out) => {
      out.signature(type);
      write(out);
    },
  };
}

function writePaths(out: WireWriter, objects: readonly { readonly path: string }[]): void {
  const elements = out.beginArray(4);
  for (const object of objects) out.string(object.path);
  out.endArray(elements, 4);
}

function writeAttributes(out: WireWriter, attributes: Readonly<Record<string, string>>): void {
  const entries = out.beginArray(8);
  for (const [name, value] of Object.entries(attributes)) {
    out.align(8);
    out.string(name);
    out.string(value);
  }
  out.endArray(entries, 8);
}

function writeSecret(out: WireWriter, item: FakeItem): void {
  out.align(8);
  out.string(`${SECRETS_PATH}/session/1`);
  out.data(new Uint8Array(0));
  out.data(item.value);
  out.string(item.contentType);
}

function readAttributes(body: WireReader): Record<string, string> {
  const attributes: Record<string, string> = {};
  const end = body.array(8);
  while (!body.isBad && body.at < end) {
    body.align(8);
    const name = body.string();
    attributes[name] = body.string();
  }
  return attributes;
}

/** The properties of a new item: a{sv} with a label and attributes. */
function readItemProperties(body: WireReader): Pick<FakeItem, "label" | "attributes"> {
  let label = "";
  let attributes: Record<string, string> = {};
  const end = body.array(8);
  while (!body.isBad && body.at < end) {
    body.align(8);
    body.string();
    if (body.signature() === "s") label = body.string();
    else attributes = readAttributes(body);
  }
  return { label, attributes };
}

function readSecretArgument(body: WireReader): { value: Uint8Array; contentType: string } {
  body.align(8);
  body.string();
  body.data();
  const value = Uint8Array.from(body.data());
  return { value, contentType: body.string() };
}
