import type { ConversationPlan, Round } from "./conversation-plan.ts";
import { dismissPrompt, sayHello } from "./calls.ts";
import { encodeCall } from "./wire/call.ts";
import { BusMessage, decodeMessage, sizeOfMessage } from "./wire/message.ts";
import { WireWriter } from "./wire/writer.ts";

/** The error of an answer that cannot come any more: the bus closed the connection, or sent something else than D-Bus. */
export const DISCONNECTED = "docr.Disconnected";
/** The same before the bus's first message: it does not accept this user. A session bus of another user accepts only AUTH. */
export const REJECTED = "docr.Rejected";

/** The longest line of the bus during authentication, in bytes. */
const LONGEST_LINE = 512;

/**
 * A conversation with the session bus, without a socket. The driver writes the bytes that `begin` and `take` return, passes what it
 * reads to `take`, and stops when `isOver` is true. It calls `close` when the socket ends, and `abandon` at its deadline.
 */
export class Conversation {
  private readonly plan: ConversationPlan;
  private readonly uid: string;
  private readonly mayStart: boolean;
  private received: Uint8Array = new Uint8Array(16_384);
  private from = 0;
  private to = 0;
  private isAuthenticated = false;
  private isAccepted = false;
  private serial = 0;
  /** The serial of the round's first call. The others follow. */
  private firstSerial = 0;
  private calls = 0;
  private prompts: string[] = [];
  private answers: BusMessage[] = [];
  private isAnswered: boolean[] = [];
  private missing = 0;
  isOver = false;

  /** `uid` is the id of this user. `mayStart`: the bus may start a Secret Service that is not running. */
  constructor(plan: ConversationPlan, uid: number, mayStart: boolean) {
    this.plan = plan;
    this.uid = String(uid);
    this.mayStart = mayStart;
  }

  /** Returns the first bytes to write. */
  begin(): Uint8Array {
    const out = new WireWriter();
    let hex = "";
    for (let i = 0; i < this.uid.length; i++) hex += "3" + this.uid.charAt(i);
    out.raw(new TextEncoder().encode("\0AUTH EXTERNAL " + hex + "\r\nBEGIN\r\n"));
    this.serial = 1;
    out.raw(encodeCall(sayHello(), this.serial, false));
    out.raw(this.start(this.plan.begin()));
    return out.all();
  }

  /** Takes the bytes that the bus sent. Returns the bytes to write, often none. */
  take(chunk: Uint8Array): Uint8Array {
    const out = new WireWriter();
    if (this.isOver) return out.all();
    this.append(chunk);
    if (!this.isAuthenticated) this.authenticate();
    while (this.isAuthenticated && !this.isOver) {
      const size = sizeOfMessage(this.received, this.from, this.to);
      if (size === 0 || size > this.to - this.from) break;
      const end = this.from + size;
      const message = size < 0 ? undefined : decodeMessage(this.received, this.from, end);
      if (message === undefined) {
        this.close();
        break;
      }
      this.from = end;
      this.settle(message);
      if (this.missing === 0) out.raw(this.start(this.plan.next(this.answers)));
    }
    return out.all();
  }

  /** The socket is closed, or could not be opened. */
  close(): void {
    if (this.isOver) return;
    this.isOver = true;
    for (let i = 0; i < this.answers.length; i++) {
      if (this.isAnswered[i] === false) this.answers[i] = failure(this.isAccepted ? DISCONNECTED : REJECTED);
    }
    this.plan.next(this.answers);
  }

  /** Ends the conversation before its time. Returns the bytes to write before the socket is closed: they dismiss open prompts. */
  abandon(): Uint8Array {
    const out = new WireWriter();
    if (this.isOver) return out.all();
    this.isOver = true;
    for (let i = 0; i < this.prompts.length; i++) {
      if (this.isAnswered[this.calls + i] !== false) continue;
      this.serial = this.serial + 1;
      out.raw(encodeCall(dismissPrompt(this.prompts[i] ?? ""), this.serial, false));
    }
    this.plan.abandon();
    return out.all();
  }

  private append(chunk: Uint8Array): void {
    if (this.to + chunk.length > this.received.length) {
      const kept = this.to - this.from;
      let size = this.received.length;
      while (size < kept + chunk.length) size = size * 2;
      // A new array, because answers are views of the old one.
      const grown = new Uint8Array(size);
      grown.set(this.received.subarray(this.from, this.to));
      this.received = grown;
      this.from = 0;
      this.to = kept;
    }
    this.received.set(chunk, this.to);
    this.to = this.to + chunk.length;
  }

  /** Reads the bus's answer to AUTH: "OK", a space and the bus's id. */
  private authenticate(): void {
    for (let i = 0; i + 1 < this.to && i < LONGEST_LINE; i++) {
      if (this.received[i] !== 13 || this.received[i + 1] !== 10) continue;
      this.from = i + 2;
      this.isAuthenticated = i >= 2 && this.received[0] === 79 && this.received[1] === 75;
      if (!this.isAuthenticated) this.close();
      return;
    }
    if (this.to >= LONGEST_LINE) this.close();
  }

  private start({ calls, prompts }: Round): Uint8Array {
    const out = new WireWriter();
    this.calls = calls.length;
    this.prompts = prompts;
    this.answers = [];
    this.isAnswered = [];
    this.missing = calls.length + prompts.length;
    this.firstSerial = this.serial + 1;
    if (this.missing === 0) this.isOver = true;
    for (let i = 0; i < this.missing; i++) {
      this.answers.push(failure(DISCONNECTED));
      this.isAnswered.push(false);
    }
    for (const call of calls) {
      this.serial = this.serial + 1;
      out.raw(encodeCall(call, this.serial, this.mayStart));
    }
    return out.all();
  }

  private settle(message: BusMessage): void {
    this.isAccepted = true;
    if (message.type === "return" || message.type === "error") {
      const index = message.replyTo - this.firstSerial;
      if (index >= 0 && index < this.calls) this.answer(index, message);
      // A prompt that cannot be shown has no end.
      if (message.type === "error" && index >= 0 && index < this.calls) this.endPrompts(message, "");
    }
    if (message.type === "signal" && message.member === "Completed") this.endPrompts(message, message.path);
  }

  /** Records the message as the answer to the prompt, or to each prompt if `path` is "". */
  private endPrompts(message: BusMessage, path: string): void {
    for (let i = 0; i < this.prompts.length; i++) {
      if (path === "" || path === this.prompts[i]) this.answer(this.calls + i, message);
    }
  }

  private answer(index: number, message: BusMessage): void {
    if (index >= this.answers.length || this.isAnswered[index] !== false) return;
    this.answers[index] = message;
    this.isAnswered[index] = true;
    this.missing = this.missing - 1;
  }
}

function failure(error: string): BusMessage {
  const message = new BusMessage();
  message.type = "error";
  message.error = error;
  return message;
}
