/** A session bus in memory that passes calls to a fake Secret Service. It reads and writes the bytes of one connection. */
import { BUS_NAME } from "../../../src/secret-service/names.ts";
import { sizeOfMessage } from "../../../src/secret-service/wire/message.ts";
import { WireReader } from "../../../src/secret-service/wire/reader.ts";
import { WireWriter } from "../../../src/secret-service/wire/writer.ts";
import type { FakeCall, FakeReply, FakeSecretDaemon } from "./secret-daemon.ts";

const GREETING = /^\0AUTH EXTERNAL [0-9a-f]+\r\nBEGIN\r\n/;

export class FakeSecretBus {
  /** Undefined: no Secret Service runs. */
  private readonly daemon: FakeSecretDaemon | undefined;
  private received: Buffer = Buffer.alloc(0);
  private isGreeted = false;
  private serial = 0;
  /** Whether a call asked the bus to start a Secret Service. */
  wasAskedToStart = false;

  constructor(daemon: FakeSecretDaemon | undefined) {
    this.daemon = daemon;
  }

  /** Returns what the bus writes after it has read the bytes. */
  take(bytes: Uint8Array): Buffer {
    this.received = Buffer.concat([this.received, bytes]);
    const out: Uint8Array[] = [];
    if (!this.isGreeted) {
      const greeting = GREETING.exec(this.received.toString("latin1"));
      if (!greeting) return Buffer.alloc(0);
      this.isGreeted = true;
      this.received = this.received.subarray(greeting[0].length);
      out.push(Buffer.from("OK 0123456789abcdef0123456789abcdef\r\n"));
    }
    for (;;) {
      const size = sizeOfMessage(this.received, 0, this.received.length);
      if (size < 0) throw new Error("the client wrote something else than D-Bus");
      if (size === 0 || size > this.received.length) return Buffer.concat(out);
      out.push(...this.answer(Uint8Array.from(this.received.subarray(0, size))));
      this.received = this.received.subarray(size);
    }
  }

  private answer(message: Uint8Array): readonly Uint8Array[] {
    const { serial, to, mayStart, call } = readCall(message);
    if (to === BUS_NAME) return [this.encode(serial, this.answerForBus(call))];
    this.wasAskedToStart ||= mayStart;
    const reply = this.daemon
      ? this.daemon.answer(call)
      : { error: "org.freedesktop.DBus.Error.ServiceUnknown", text: "no such name" };
    if (reply === undefined) return [];
    const ended = "ended" in reply ? (reply.ended ?? []) : [];
    const signals = ended.map((prompt) => this.encodeCompleted(prompt.path, prompt.isDismissed));
    return [this.encode(serial, reply), ...signals];
  }

  private answerForBus({ member }: FakeCall): Exclude<FakeReply, undefined> {
    const names: Readonly<Record<string, string>> = { Hello: ":1.42", GetNameOwner: ":1.7" };
    const name = names[member];
    if (name !== undefined) return { signature: "s", write: (out) => out.string(name) };
    if (member === "GetConnectionUnixProcessID") return { signature: "u", write: (out) => out.u32(4711) };
    return { signature: "", write: () => undefined };
  }

  private encode(replyTo: number, reply: Exclude<FakeReply, undefined>): Uint8Array {
    const body = new WireWriter();
    if ("error" in reply) body.string(reply.text);
    else reply.write(body);
    const signature = "error" in reply ? "s" : reply.signature;
    return this.message("error" in reply ? 3 : 2, body, signature, (out) => {
      if ("error" in reply) writeField(out, 4, "s", reply.error);
      out.align(8);
      out.byte(5);
      out.signature("u");
      out.u32(replyTo);
      writeField(out, 7, "s", ":1.7");
    });
  }

  private encodeCompleted(path: string, isDismissed: boolean): Uint8Array {
    const body = new WireWriter();
    body.u32(isDismissed ? 1 : 0);
    body.signature("s");
    body.string("");
    return this.message(4, body, "bv", (out) => {
      writeField(out, 1, "o", path);
      writeField(out, 2, "s", "org.freedesktop.Secret.Prompt");
      writeField(out, 3, "s", "Completed");
    });
  }

  private message(
    type: number,
    body: WireWriter,
    signature: string,
    writeFields: (out: WireWriter) => void,
  ): Uint8Array {
    const out = new WireWriter();
    for (const byte of [108, type, 0, 1]) out.byte(byte);
    out.u32(body.length);
    out.u32((this.serial += 1));
    const fields = out.beginArray(8);
    writeFields(out);
    if (signature !== "") writeField(out, 8, "g", signature);
    out.endArray(fields, 8);
    out.align(8);
    out.raw(body.all());
    return out.all();
  }
}

interface ReceivedCall {
  readonly serial: number;
  readonly to: string;
  readonly mayStart: boolean;
  readonly call: FakeCall;
}

function readCall(message: Uint8Array): ReceivedCall {
  const head = new WireReader(message, 0, 2, message.length);
  const mayStart = head.byte() === 0;
  head.at = 8;
  const serial = head.u32();
  const fieldsEnd = 16 + head.u32();
  const texts = new Map<number, string>();
  const fields = new WireReader(message, 0, 16, fieldsEnd);
  while (fields.at < fieldsEnd) {
    fields.align(8);
    const code = fields.byte();
    texts.set(code, fields.signature() === "g" ? fields.signature() : fields.string());
  }
  const text = (code: number): string => texts.get(code) ?? "";
  const body = new WireReader(message, 0, fieldsEnd + ((8 - (fieldsEnd % 8)) % 8), message.length);
  return { serial, to: text(6), mayStart, call: { path: text(1), iface: text(2), member: text(3), body } };
}

function writeField(out: WireWriter, code: number, type: string, value: string): void {
  out.align(8);
  out.byte(code);
  out.signature(type);
  if (type === "g") out.signature(value);
  else out.string(value);
}
