import { WireWriter } from "./writer.ts";

/** One method call. The creator writes the arguments into `body`. */
export class MethodCall {
  readonly to: string;
  readonly path: string;
  readonly iface: string;
  readonly member: string;
  /** The type signature of the arguments. */
  readonly signature: string;
  readonly body: WireWriter = new WireWriter();

  constructor(to: string, path: string, iface: string, member: string, signature: string) {
    this.to = to;
    this.path = path;
    this.iface = iface;
    this.member = member;
    this.signature = signature;
  }
}

const LITTLE_ENDIAN = 108; // "l"
const METHOD_CALL = 1;
const NO_AUTO_START = 2;
const PROTOCOL_VERSION = 1;

/** `mayStart`: the bus may start the destination if it is not running. */
export function encodeCall(call: MethodCall, serial: number, mayStart: boolean): Uint8Array {
  const out = new WireWriter();
  out.byte(LITTLE_ENDIAN);
  out.byte(METHOD_CALL);
  out.byte(mayStart ? 0 : NO_AUTO_START);
  out.byte(PROTOCOL_VERSION);
  out.u32(call.body.length);
  out.u32(serial);
  const fields = out.beginArray(8);
  writeField(out, 1, "o", call.path);
  writeField(out, 2, "s", call.iface);
  writeField(out, 3, "s", call.member);
  writeField(out, 6, "s", call.to);
  if (call.signature !== "") writeField(out, 8, "g", call.signature);
  out.endArray(fields, 8);
  out.align(8);
  out.raw(call.body.all());
  return out.all();
}

function writeField(out: WireWriter, code: number, type: string, value: string): void {
  out.align(8);
  out.byte(code);
  out.signature(type);
  if (type === "g") out.signature(value);
  else out.string(value);
}
