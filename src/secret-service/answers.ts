/** Reads the answers to calls. No function throws. */
import { isGone } from "./failures.ts";
import { BusMessage } from "./wire/message.ts";
import type { WireReader } from "./wire/reader.ts";

/** Returns an empty message beyond the end: the launcher's compiler ends the process on an index out of range. */
export function answerAt(answers: readonly BusMessage[], index: number): BusMessage {
  return (index < answers.length ? answers[index] : undefined) ?? new BusMessage();
}

/** The arguments of a return with this signature. Bad for every other message. */
export function argumentsOf(answer: BusMessage, signature: string): WireReader {
  const body = answer.body();
  if (answer.type !== "return" || answer.signature !== signature) body.isBad = true;
  return body;
}

/** The value of a property of this type. Bad for every other answer. */
export function propertyOf(answer: BusMessage, type: string): WireReader {
  const body = argumentsOf(answer, "v");
  if (body.signature() !== type) body.isBad = true;
  return body;
}

/** The session of `openPlainSession`. "" if the answer is malformed. */
export function sessionOf(answer: BusMessage): string {
  const body = argumentsOf(answer, "vo");
  const type = body.signature();
  // The output of plain is an empty string. KWallet returns an empty array of bytes.
  if (type === "s") body.string();
  else if (type === "ay") body.data();
  else body.isBad = true;
  const session = body.string();
  return body.isBad ? "" : session;
}

/** The next secret's value, which is a view of the message. Undefined if it is malformed or encrypted. */
export function readSecret(body: WireReader): Uint8Array | undefined {
  body.align(8);
  body.skipString();
  const parameters = body.data();
  const value = body.data();
  body.skipString();
  return body.isBad || parameters.length !== 0 ? undefined : value;
}

/** The value of one of an item's attributes. "" if it has no such attribute. */
export function attributeIn(answer: BusMessage, name: string): string {
  const body = propertyOf(answer, "a{ss}");
  const end = body.array(8);
  let found = "";
  while (!body.isBad && body.at < end) {
    body.align(8);
    const key = body.string();
    const value = body.string();
    if (key === name) found = value;
  }
  return body.isBad ? "" : found;
}

/**
 * Whether all prompts of a round ended and none was dismissed. Their ends follow the answers to AddMatch and to each Prompt. An error of
 * Prompt does not count if the end came: KWallet ends a prompt that another program's made unnecessary, before it is shown.
 */
export function areAccepted(answers: readonly BusMessage[]): boolean {
  for (let i = firstEnd(answers); i < answers.length; i++) {
    const end = answerAt(answers, i);
    if (end.type !== "signal" || !end.signature.startsWith("b") || end.body().u32() !== 0) return false;
  }
  return true;
}

/** Whether a prompt no longer exists, and its end was not seen: another program's prompt has made it unnecessary. */
export function isPromptGone(answers: readonly BusMessage[]): boolean {
  for (let i = firstEnd(answers); i < answers.length; i++) {
    if (isGone(answerAt(answers, i))) return true;
  }
  return false;
}

function firstEnd(answers: readonly BusMessage[]): number {
  return Math.floor(answers.length / 2) + 1;
}

/** The prompts that the answers to `deleteItem` name. */
export function promptsIn(answers: readonly BusMessage[]): string[] {
  const prompts: string[] = [];
  for (const answer of answers) {
    const body = argumentsOf(answer, "o");
    const path = body.string();
    if (!body.isBad && path !== "/") prompts.push(path);
  }
  return prompts;
}
