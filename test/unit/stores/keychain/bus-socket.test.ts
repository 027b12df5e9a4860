import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { nodeBinding } from "../../../../src/app/host.ts";
import { type BusSocket, openBusSocket } from "../../../../src/stores/keychain/bus-socket.ts";
import { describeUnless } from "../../../support/lab/describe.ts";
import { explainNotLinux } from "../../../support/lab/parts.ts";
import { openSocketServers, type SocketServers } from "../../../support/socket-server.ts";

let folder: string;
let path: string;
let servers: SocketServers;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docr-bs-"));
  servers = openSocketServers(folder);
});
afterEach(() => {
  servers.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Opens the socket. `events` grows; `end` resolves with the error of the last one. */
function open(onData: (bytes: Uint8Array) => void = () => undefined) {
  const events: string[] = [];
  const { promise: end, resolve } = Promise.withResolvers<number>();
  const socket: BusSocket = openBusSocket(nodeBinding, path, {
    onConnect: () => void events.push("connect"),
    onData(bytes) {
      events.push("data");
      onData(bytes);
    },
    onEnd(error) {
      events.push("end");
      resolve(error);
    },
  });
  return { socket, events, end };
}

const EOF = -4095;
const ENOENT = -2;
// Only the keychain of Linux uses this socket.
describeUnless(explainNotLinux(), "the socket of the bus", () => {
  it("writes everything in order to a slow reader, and reads everything", async () => {
    const received = createHash("sha256");
    path = await servers.serve((client) => {
      client.pause();
      setTimeout(() => client.resume(), 50);
      client.on("data", (bytes) => void received.update(bytes));
      client.on("end", () => undefined);
      client.write(Buffer.alloc(3_000_000, 7));
    });
    let length = 0;
    const { promise: isRead, resolve } = Promise.withResolvers<void>();
    const { socket } = open((bytes) => {
      length += bytes.length;
      if (length === 3_000_000) resolve();
    });
    const sent = createHash("sha256");
    for (let index = 0; index < 20; index += 1) {
      const bytes = Buffer.alloc(1 + index * 50_000, index);
      sent.update(bytes);
      socket.write(bytes);
    }
    await isRead;
    await expect.poll(() => received.copy().digest("hex")).toBe(sent.digest("hex"));
    socket.close();
  });

  it("ends when the peer closes it, and after a failed connection", async () => {
    path = await servers.serve((client) => client.end("bye"));
    const closed = open();
    expect(await closed.end).toBe(EOF);
    expect(closed.events).toEqual(["connect", "data", "end"]);
    path = join(folder, "missing");
    const missing = open();
    missing.socket.write(Buffer.from("lost"));
    expect(await missing.end).toBe(ENOENT);
    expect(missing.events).toEqual(["end"]);
  });

  it("ends if the peer goes while bytes are waiting to be written", async () => {
    path = await servers.serve((client) => {
      client.pause();
      setTimeout(() => client.destroy(), 20);
    });
    const { socket, end, events } = open();
    socket.write(Buffer.alloc(5_000_000));
    expect(await end).toBeLessThan(0);
    expect(events).toEqual(["connect", "end"]);
  });

  it("sends no event after it was closed", async () => {
    path = await servers.serve((client) => client.write("a"));
    const early = open();
    early.socket.close();
    const late = open(() => late.socket.close());
    await expect.poll(() => late.events).toEqual(["connect", "data"]);
    late.socket.write(Buffer.from("nothing"));
    for (const client of servers.sockets) client.destroy();
    await sleep(20);
    expect([early.events, late.events]).toEqual([[], ["connect", "data"]]);
  });
});
