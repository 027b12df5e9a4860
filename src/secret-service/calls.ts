/** The calls that docr makes. */
import type { ItemAttributes } from "./attributes.ts";
import {
  BUS_NAME,
  BUS_PATH,
  COLLECTION_INTERFACE,
  ITEM_INTERFACE,
  PROMPT_INTERFACE,
  PROPERTIES,
  SECRETS_INTERFACE,
  SECRETS_NAME,
  SECRETS_PATH,
} from "./names.ts";
import { MethodCall } from "./wire/call.ts";
import type { WireWriter } from "./wire/writer.ts";

export function sayHello(): MethodCall {
  return new MethodCall(BUS_NAME, BUS_PATH, BUS_NAME, "Hello", "");
}

/** Asks which connection answers for the Secret Service. */
export function getOwner(): MethodCall {
  const call = new MethodCall(BUS_NAME, BUS_PATH, BUS_NAME, "GetNameOwner", "s");
  call.body.string(SECRETS_NAME);
  return call;
}

export function getOwnerProcess(): MethodCall {
  const call = new MethodCall(BUS_NAME, BUS_PATH, BUS_NAME, "GetConnectionUnixProcessID", "s");
  call.body.string(SECRETS_NAME);
  return call;
}

export function getProperty(path: string, iface: string, name: string): MethodCall {
  const call = new MethodCall(SECRETS_NAME, path, PROPERTIES, "Get", "ss");
  call.body.string(iface);
  call.body.string(name);
  return call;
}

export function getCollections(): MethodCall {
  return getProperty(SECRETS_PATH, SECRETS_INTERFACE, "Collections");
}

export function isCollectionLocked(path: string): MethodCall {
  return getProperty(path, COLLECTION_INTERFACE, "Locked");
}

/** Opens a session in which secrets cross the bus unencrypted. */
export function openPlainSession(): MethodCall {
  const call = new MethodCall(SECRETS_NAME, SECRETS_PATH, SECRETS_INTERFACE, "OpenSession", "sv");
  call.body.string("plain");
  call.body.signature("s");
  call.body.string("");
  return call;
}

export function searchItems(attributes: ItemAttributes): MethodCall {
  const call = new MethodCall(SECRETS_NAME, SECRETS_PATH, SECRETS_INTERFACE, "SearchItems", "a{ss}");
  writeAttributes(call.body, attributes);
  return call;
}

export function getDefaultCollection(): MethodCall {
  const call = new MethodCall(SECRETS_NAME, SECRETS_PATH, SECRETS_INTERFACE, "ReadAlias", "s");
  call.body.string("default");
  return call;
}

/** Shows no dialog by itself. Opens keyrings that need no password, and returns a prompt for the others. */
export function unlock(paths: readonly string[]): MethodCall {
  const call = new MethodCall(SECRETS_NAME, SECRETS_PATH, SECRETS_INTERFACE, "Unlock", "ao");
  writePaths(call.body, paths);
  return call;
}

export function getSecrets(items: readonly string[], session: string): MethodCall {
  const call = new MethodCall(SECRETS_NAME, SECRETS_PATH, SECRETS_INTERFACE, "GetSecrets", "aoo");
  writePaths(call.body, items);
  call.body.string(session);
  return call;
}

export function getSecret(item: string, session: string): MethodCall {
  const call = new MethodCall(SECRETS_NAME, item, ITEM_INTERFACE, "GetSecret", "o");
  call.body.string(session);
  return call;
}

export function setSecret(item: string, session: string, value: Uint8Array): MethodCall {
  const call = new MethodCall(SECRETS_NAME, item, ITEM_INTERFACE, "SetSecret", "(oayays)");
  writeSecret(call.body, session, value);
  return call;
}

/** Creates an item. If another program has created one with the same attributes meanwhile, replaces it. */
export function createItem(
  collection: string,
  label: string,
  attributes: ItemAttributes,
  session: string,
  value: Uint8Array,
): MethodCall {
  const call = new MethodCall(SECRETS_NAME, collection, COLLECTION_INTERFACE, "CreateItem", "a{sv}(oayays)b");
  const properties = call.body.beginArray(8);
  call.body.align(8);
  call.body.string(ITEM_INTERFACE + ".Label");
  call.body.signature("s");
  call.body.string(label);
  call.body.align(8);
  call.body.string(ITEM_INTERFACE + ".Attributes");
  call.body.signature("a{ss}");
  writeAttributes(call.body, attributes);
  call.body.endArray(properties, 8);
  writeSecret(call.body, session, value);
  call.body.u32(1);
  return call;
}

export function deleteItem(item: string): MethodCall {
  return new MethodCall(SECRETS_NAME, item, ITEM_INTERFACE, "Delete", "");
}

/** Subscribes to the signals that tell how a prompt ended. */
export function watchPrompts(): MethodCall {
  const call = new MethodCall(BUS_NAME, BUS_PATH, BUS_NAME, "AddMatch", "s");
  call.body.string("type='signal',interface='" + PROMPT_INTERFACE + "',member='Completed'");
  return call;
}

export function showPrompt(path: string): MethodCall {
  const call = new MethodCall(SECRETS_NAME, path, PROMPT_INTERFACE, "Prompt", "s");
  call.body.string("");
  return call;
}

export function dismissPrompt(path: string): MethodCall {
  return new MethodCall(SECRETS_NAME, path, PROMPT_INTERFACE, "Dismiss", "");
}

function writeAttributes(out: WireWriter, attributes: ItemAttributes): void {
  const entries = out.beginArray(8);
  for (let i = 0; i + 1 < attributes.length; i += 2) {
    out.align(8);
    out.string(attributes[i] ?? "");
    out.string(attributes[i + 1] ?? "");
  }
  out.endArray(entries, 8);
}

function writePaths(out: WireWriter, paths: readonly string[]): void {
  const elements = out.beginArray(4);
  for (const path of paths) out.string(path);
  out.endArray(elements, 4);
}

/** Writes the session, no parameters, the value and its content type, as libsecret does. */
function writeSecret(out: WireWriter, session: string, value: Uint8Array): void {
  out.align(8);
  out.string(session);
  out.data(new Uint8Array(0));
  out.data(value);
  out.string("text/plain");
}
