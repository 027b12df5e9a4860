import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { attributesOf } from "../../../../src/secret-service/attributes.ts";
import { ReadPlan } from "../../../../src/secret-service/plans/read-plan.ts";
import { converse } from "../../../../src/stores/keychain/bus-connection.ts";
import { accessToBus } from "../../../support/bus-access.ts";
import { FakeKeychain } from "../../../support/fakes/fake-keychain.ts";
import { openSocketServers, type SocketServers } from "../../../support/socket-server.ts";

let folder: string;
let servers: SocketServers;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docr-bc-"));
  servers = openSocketServers(folder);
});
afterEach(() => {
  servers.close();
  rmSync(folder, { recursive: true, force: true });
});

async function readOn(paths: readonly string[], machineMs = 2_000) {
  const plan = new ReadPlan(attributesOf("x"), true);
  const wasHeld = await converse(plan, accessToBus(...paths), { machineMs, personMs: undefined });
  const { state, error, values } = plan.outcome;
  return { wasHeld, state, error, values: values.map(({ bytes }) => Buffer.from(bytes).toString()) };
}

/** The Unix sockets of this process, as Node counts them. */
function countSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "PipeWrap").length;
}

describe("a conversation with the session bus", () => {
  it("takes the first socket that accepts a connection", async () => {
    const daemon = await new FakeKeychain().listen(join(folder, "real"));
    daemon.store("x", "value");
    const paths = [join(folder, "missing"), folder, join(folder, "a".repeat(200)), join(folder, "real")];
    expect(await readOn(paths)).toEqual({ wasHeld: true, state: "found", error: "", values: ["value"] });
    await daemon.close();
  });

  it("accepts an abstract socket", async () => {
    const name = `\0docr-test-${process.pid}`;
    const daemon = await new FakeKeychain().listen(name);
    expect(await readOn([name])).toMatchObject({ wasHeld: true, state: "none" });
    await daemon.close();
  });

  it("is not held if no socket accepts a connection", async () => {
    expect(await readOn([])).toMatchObject({ wasHeld: false });
    expect(await readOn([join(folder, "missing"), "/dev/null"])).toMatchObject({ wasHeld: false });
  });

  it.each(["REJECTED EXTERNAL\r\n", "ERROR\r\n", "", "x".repeat(100_000)])(
    "finds no keychain on a bus that rejects this user, or on no bus at all: %j",
    async (answer) => {
      const path = await servers.serve((socket) => socket.end(answer));
      expect(await readOn([path])).toMatchObject({
        wasHeld: true,
        state: "missing",
        error: "docr.Rejected",
      });
    },
  );

  it("ends at the deadline with a bus that does not respond, or responds one byte at a time", async () => {
    const silent = await servers.serve((socket) => socket.resume());
    expect(await readOn([silent], 50)).toMatchObject({ wasHeld: true, state: "silent" });
    const slow = await servers.serve((socket) => {
      const timer = setInterval(() => socket.write("O"), 5);
      socket.on("close", () => clearInterval(timer));
    });
    expect(await readOn([slow], 100)).toMatchObject({ wasHeld: true, state: "silent" });
  });

  it("is silent at once on a bus that accepts no further connection, and keeps no socket open", async () => {
    const path = await servers.serve(() => undefined, 1);
    // Node accepts nothing before this turn of its event loop ends, so the kernel's queue is full.
    for (let index = 0; index < 4; index += 1)
      servers.sockets.push(connect({ path }).on("error", () => undefined));
    const started = performance.now();
    expect(await readOn([path])).toMatchObject({ wasHeld: true, state: "silent" });
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it("keeps no socket open after the deadline", async () => {
    // So many that it does not matter how many sockets of other tests are still closing.
    const conversations = 60;
    const silent = await servers.serve((socket) => socket.resume());
    const before = countSockets();
    await Promise.all(Array.from({ length: conversations }, () => readOn([silent], 50)));
    expect(servers.sockets).toHaveLength(conversations);
    // The server's ends are still open.
    await expect.poll(countSockets).toBeLessThan(before + 1.5 * conversations);
  });

  it("reads a response that comes in pieces of any size", async () => {
    const daemon = await new FakeKeychain().listen(join(folder, "real"));
    daemon.store("x", "v".repeat(50_000));
    const path = await servers.serve((client) => {
      const real = connect({ path: join(folder, "real") });
      servers.sockets.push(real);
      client.pipe(real);
      real.on("data", (chunk: Buffer) => {
        for (let at = 0; at < chunk.length; at += 777) client.write(chunk.subarray(at, at + 777));
      });
    });
    expect((await readOn([path])).values).toEqual(["v".repeat(50_000)]);
    await daemon.close();
  });
});
