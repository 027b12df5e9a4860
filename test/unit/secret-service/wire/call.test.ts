import { expect, it } from "vitest";
import { encodeCall, MethodCall } from "../../../../src/secret-service/wire/call.ts";

const hex = (text: string): string => Buffer.from(text).toString("hex");
const hello = new MethodCall(
  "org.freedesktop.DBus",
  "/org/freedesktop/DBus",
  "org.freedesktop.DBus",
  "Hello",
  "",
);

it("encodes a call as the D-Bus specification lays it out", () => {
  const parts = [
    "6c010001 00000000 01000000 6d000000",
    `01016f00 15000000 ${hex("/org/freedesktop/DBus\0")} 0000`,
    `02017300 14000000 ${hex("org.freedesktop.DBus\0")} 000000`,
    `03017300 05000000 ${hex("Hello\0")} 0000`,
    `06017300 14000000 ${hex("org.freedesktop.DBus\0")} 000000`,
  ];
  expect(Buffer.from(encodeCall(hello, 1, true)).toString("hex")).toBe(parts.join("").replaceAll(" ", ""));
});

it("forbids the bus to start the destination, unless that is wanted", () => {
  expect([encodeCall(hello, 1, false)[2], encodeCall(hello, 1, true)[2]]).toEqual([2, 0]);
});

it("names the arguments' types only if there are arguments", () => {
  const call = new MethodCall("a.b", "/", "a.b", "C", "s");
  call.body.string("x");
  const bytes = Buffer.from(encodeCall(call, 7, false));
  expect(bytes.readUInt32LE(4)).toBe(6);
  expect(bytes.toString("hex")).toContain("08016700017300");
  expect(bytes.subarray(-6).toString("hex")).toBe("010000007800");
});
