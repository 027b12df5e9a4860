import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { busSockets } from "../../../src/secret-service/bus-address.ts";

const RUN = "/run/user/1000";

describe("the session bus", () => {
  it.each([
    ["a path", `unix:path=${RUN}/bus`, [`${RUN}/bus`]],
    ["a path and the bus's id", `unix:path=${RUN}/bus,guid=0123456789abcdef`, [`${RUN}/bus`]],
    ["an id and a path", `unix:guid=0123456789abcdef,path=/b`, ["/b"]],
    ["an escaped path", "unix:path=/a%20b/%c3%bc", ["/a b/ü"]],
    ["an abstract name", "unix:abstract=/tmp/dbus-x,guid=0", ["\0/tmp/dbus-x"]],
    ["the runtime directory", "unix:runtime=yes", [`${RUN}/bus`]],
    ["several", "tcp:host=h,port=1;unix:path=/a;unix:path=/b", ["/a", "/b"]],
    ["nothing", "", [`${RUN}/bus`]],
  ])("is found by %s", (_what, address, sockets) => {
    expect(busSockets(address, RUN)).toEqual(sockets);
  });

  it.each([
    "/dev/null",
    "disabled:",
    "none",
    "tcp:host=localhost,port=1",
    "autolaunch:",
    "unixexec:path=/bin/sh",
    "launchd:env=X",
    "unix:",
    "unix:path",
    "unix:path=",
    "unix:path=relative",
    "unix:path=/a%0",
    "unix:path=/a%zz",
    "unix:path=/a%00b",
    "unix:abstract=",
    "unix:runtime=no",
    "unix:dir=/tmp",
    "unix:tmpdir=/tmp",
    " unix:path=/a",
    ";;;,=%",
  ])("does not exist with the address %j", (address) => {
    expect(busSockets(address, RUN)).toEqual([]);
  });

  it("does not exist without an address and an absolute runtime directory", () => {
    expect([busSockets("", ""), busSockets("", "run"), busSockets("unix:runtime=yes", "")]).toEqual([
      [],
      [],
      [],
    ]);
  });

  it("has only sockets by absolute path or abstract name, whatever the address is", () => {
    const part = fc.constantFrom(
      "unix:",
      "path=",
      "abstract=",
      "/a",
      "%2f",
      "%",
      ";",
      ",",
      "=",
      "x",
      "ü",
      "%00",
    );
    const address = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.oneof(address, fc.string()), fc.string(), (text, runtimeDir) => {
        for (const socket of busSockets(text, runtimeDir)) expect(socket).toMatch(/^\/|^\0[^]/);
      }),
      { numRuns: 1000 },
    );
  });
});
