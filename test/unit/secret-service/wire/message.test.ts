import * as fc from "fast-check";
import { expect, it } from "vitest";
import { encodeCall, MethodCall } from "../../../../src/secret-service/wire/call.ts";
import { decodeMessage, sizeOfMessage } from "../../../../src/secret-service/wire/message.ts";

const name = fc.stringMatching(/^[a-zA-Z.]{0,30}$/);
const message = fc
  .record({ path: name, member: name, text: name, type: fc.nat({ max: 9 }) })
  .map(({ path, member, text, type }) => {
    const call = new MethodCall("to", path, "iface", member, "s");
    call.body.string(text);
    const bytes = Uint8Array.from(encodeCall(call, 1, false));
    bytes[1] = type;
    return { bytes, path, member, text, type };
  });

it("decodes a message at any place in the bytes", () => {
  fc.assert(
    fc.property(message, fc.nat({ max: 20 }), fc.nat({ max: 20 }), (one, before, after) => {
      const bytes = Buffer.concat([Buffer.alloc(before, 7), one.bytes, Buffer.alloc(after, 7)]);
      const size = sizeOfMessage(bytes, before, bytes.length);
      expect(size).toBe(one.bytes.length);
      const decoded = decodeMessage(bytes, before, before + size);
      expect(decoded?.type).toBe(["return", "error", "signal"][one.type - 2] ?? "other");
      expect([decoded?.path, decoded?.member, decoded?.signature]).toEqual([one.path, one.member, "s"]);
      expect(decoded?.body().string()).toBe(one.text);
    }),
  );
});

it("does not know the size of an incomplete beginning", () => {
  expect(sizeOfMessage(new Uint8Array(15), 0, 15)).toBe(0);
});

it.each([
  ["big-endian", 0, 66],
  ["of another protocol version", 3, 2],
  ["with a body of more than 16 MiB", 7, 2],
  ["with header fields of more than 64 KiB", 14, 2],
])("rejects a message that is %s", (_what, at, value) => {
  const bytes = Uint8Array.from(encodeCall(new MethodCall("to", "/", "i", "M", ""), 1, false));
  bytes[at] = value;
  expect(sizeOfMessage(bytes, 0, bytes.length)).toBe(-1);
});

it("rejects header fields that are malformed", () => {
  const bytes = Uint8Array.from(encodeCall(new MethodCall("to", "/", "i", "M", ""), 1, false));
  bytes[18] = 120;
  expect(decodeMessage(bytes, 0, bytes.length)).toBe(undefined);
});
