import { WireReader } from "./reader.ts";

/** The longest message that a conversation accepts, in bytes. Thousands of logins fit. */
const LONGEST_BODY = 16 * 1024 * 1024;
const LONGEST_FIELDS = 65_536;
const LITTLE_ENDIAN = 108; // "l"

/** One message from the bus. */
export class BusMessage {
  /** "other" is a call, or a type that D-Bus does not define yet. */
  type: "return" | "error" | "signal" | "other" = "other";
  /** The serial of the call that it answers. */
  replyTo = 0;
  signature = "";
  /** The error's name. Empty unless the type is "error". */
  error = "";
  path = "";
  member = "";
  private bytes: Uint8Array = new Uint8Array(0);
  private start = 0;
  private at = 0;
  private end = 0;

  setBody(bytes: Uint8Array, start: number, at: number, end: number): void {
    this.bytes = bytes;
    this.start = start;
    this.at = at;
    this.end = end;
  }

  body(): WireReader {
    return new WireReader(this.bytes, this.start, this.at, this.end);
  }
}

/** The size of the message that begins at `from`, in bytes. 0 if its beginning is incomplete, -1 if it is not a message. */
export function sizeOfMessage(bytes: Uint8Array, from: number, to: number): number {
  if (to - from < 16) return 0;
  const head = new WireReader(bytes, from, from, to);
  const endian = head.byte();
  head.byte();
  head.byte();
  const version = head.byte();
  const bodyLength = head.u32();
  head.u32();
  const fieldsLength = head.u32();
  if (endian !== LITTLE_ENDIAN || version !== 1) return -1;
  if (bodyLength > LONGEST_BODY || fieldsLength > LONGEST_FIELDS) return -1;
  return padded(16 + fieldsLength) + bodyLength;
}

/** Decodes the complete message between `from` and `to`. Returns undefined if it is malformed. The body is a view of `bytes`. */
export function decodeMessage(bytes: Uint8Array, from: number, to: number): BusMessage | undefined {
  const message = new BusMessage();
  const head = new WireReader(bytes, from, from + 1, to);
  const type = head.byte();
  if (type === 2) message.type = "return";
  if (type === 3) message.type = "error";
  if (type === 4) message.type = "signal";
  head.at = from + 12;
  const fieldsEnd = from + 16 + head.u32();
  const fields = new WireReader(bytes, from, from + 16, fieldsEnd);
  while (!fields.isBad && fields.at < fieldsEnd) readField(fields, message);
  if (fields.isBad || head.isBad) return undefined;
  message.setBody(bytes, from, from + padded(fieldsEnd - from), to);
  return message;
}

function readField(fields: WireReader, message: BusMessage): void {
  fields.align(8);
  const code = fields.byte();
  const type = fields.signature();
  if (type === "g") {
    const text = fields.signature();
    if (code === 8) message.signature = text;
  } else if (type === "u") {
    const value = fields.u32();
    if (code === 5) message.replyTo = value;
  } else if (type === "s" || type === "o") {
    const text = fields.string();
    if (code === 1) message.path = text;
    if (code === 3) message.member = text;
    if (code === 4) message.error = text;
  } else {
    fields.isBad = true;
  }
}

function padded(length: number): number {
  return length + ((8 - (length % 8)) % 8);
}
