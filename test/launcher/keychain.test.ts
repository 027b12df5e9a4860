/** The launcher and the Secret Service, with a fake one. */
import { chmodSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { KEYCHAIN_NOTE } from "../../src/response-cache/shared/other-registry-note.ts";
import { attributesOf } from "../../src/secret-service/attributes.ts";
import { type SecretBusServer, startSecretBus } from "../support/fakes/secret-bus-server.ts";
import { FakeSecretDaemon } from "../support/fakes/secret-daemon.ts";
import { describeUnless, itUnless } from "../support/lab/describe.ts";
import { explainNoLauncher } from "../support/lab/executable.ts";
import { explainMissing, explainNotRoot } from "../support/lab/parts.ts";
import { type Environment, run } from "../support/lab/run.ts";
import { noteNameFor } from "./cached-response.ts";
import { type Outcome, inParallel } from "./call.ts";
import { type Bench, openBench } from "./launcher-bench.ts";
import { explainNoStub } from "./stub.ts";

/** The exit code of docr's stub. */
const RAN_DOCR = 47;
/** The launcher's limit is 400 ms. The rest is for a busy machine. */
const MS_AT_MOST = 4000;
const KILOBYTES_AT_MOST = 4096;
const RECORD = '{"serverUrl":"ghcr.io","username":"me","secret":"s3cr3t","storedAt":1800000000000}';
const RESPONSE = '{"ServerURL":"ghcr.io","Username":"me","Secret":"s3cr3t"}\n';

/** Whether docr got the request in time. */
async function isLeftToDocr(outcome: Promise<Outcome>): Promise<boolean> {
  const { ending, ms } = await outcome;
  return ending === RAN_DOCR && ms < MS_AT_MOST;
}

describeUnless(
  explainNoLauncher() ?? explainNoStub(),
  "a get or erase of another registry by the launcher",
  () => {
    let bench: Bench;
    let daemon: FakeSecretDaemon;
    let bus: SecretBusServer;
    let path: string;

    beforeEach(async () => {
      bench = openBench();
      bench.putStub(RAN_DOCR);
      daemon = new FakeSecretDaemon();
      daemon.put(daemon.add("login"), attributesOf("login:ghcr.io"), RECORD);
      path = join(bench.folder, "bus");
      bus = await startSecretBus(path, daemon);
    });
    afterEach(async () => {
      await bus.close();
      bench.close();
    });

    const get = (address: string, more: Environment = {}): Promise<Outcome> =>
      bench.ask(["get"], address, { ...bench.env, DBUS_SESSION_BUS_ADDRESS: bus.address, ...more });
    it("returns the stored login", async () => {
      expect(await get("ghcr.io\n")).toMatchObject({ ending: 0, stdout: RESPONSE, stderr: "" });
    });

    it("says that there is no login", async () => {
      expect(await get("quay.io")).toMatchObject({
        ending: 1,
        stdout: "credentials not found in native keychain\n",
        stderr: "",
      });
    });

    it("erases the login, and nothing a second time", async () => {
      const env = { ...bench.env, DBUS_SESSION_BUS_ADDRESS: bus.address };
      for (let turn = 0; turn < 2; turn += 1) {
        const erased = await bench.ask(["erase"], "https://ghcr.io\n", env);
        expect(erased).toMatchObject({ ending: 0, stdout: "", stderr: "" });
        expect((await get("ghcr.io")).ending).toBe(1);
      }
    });

    it("finds the bus in the runtime directory too, and after a socket without a bus", async () => {
      renameSync(path, join(bench.folder, "run", "bus"));
      bus = { ...bus, address: "" };
      expect((await get("ghcr.io", { DBUS_SESSION_BUS_ADDRESS: "" })).stdout).toBe(RESPONSE);
      const several = `tcp:host=127.0.0.1,port=1;unix:runtime=yes,guid=0`;
      expect((await get("ghcr.io", { DBUS_SESSION_BUS_ADDRESS: several })).stdout).toBe(RESPONSE);
    });

    it.each([
      ["a value that is not plain", () => daemon.put(daemon.add("b"), attributesOf("login:quay.io"), "{}")],
      [
        "a locked item",
        () => daemon.put(daemon.add("b", { isLocked: true }), attributesOf("login:quay.io"), RECORD),
      ],
      ["no Secret Service", () => (bus.daemon = undefined)],
      ["a bus that closes the connection", () => (bus.change = () => undefined)],
      ["a bus that says something else", () => (bus.change = () => Buffer.from("HTTP/1.1 400\r\n\r\nx"))],
      ["a bus that says nothing", () => (bus.change = () => Buffer.alloc(0))],
    ])("becomes docr's with %s, within its time limit", async (_what, arrange) => {
      arrange();
      expect(await isLeftToDocr(get("quay.io"))).toBe(true);
    });

    it("becomes docr's with a bus that always says a little, within its time limit", async () => {
      let isGreeted = false;
      bus.change = (bytes) => {
        if (isGreeted) return Buffer.alloc(0);
        isGreeted = true;
        return bytes.subarray(0, 60);
      };
      expect(await isLeftToDocr(get("ghcr.io"))).toBe(true);
    });

    it.each(["DOCR_STORE", "DOCR_FALLBACK", "DOCR_UNKNOWN", "DOCR_LOG", "DIGITALOCEAN_ACCESS_TOKEN_FILE"])(
      "becomes docr's with %s set, and does not touch the bus",
      async (name) => {
        expect(await isLeftToDocr(get("ghcr.io", { [name]: "keychain" }))).toBe(true);
        expect(bus.connections()).toBe(0);
      },
    );

    it("becomes docr's with a config file that docr has not noted, and does not touch the bus", async () => {
      const file = join(bench.folder, "home", ".config", "docr", "config.json");
      const text = '{"store":"keychain"}';
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      expect(await isLeftToDocr(get("ghcr.io"))).toBe(true);
      expect(bus.connections()).toBe(0);

      const note = join(bench.responses, noteNameFor(bench.env, `=${text}`));
      writeFileSync(note, KEYCHAIN_NOTE, { mode: 0o600 });
      expect(await get("ghcr.io")).toMatchObject({ ending: 0, stdout: RESPONSE, stderr: "" });
      expect((await get("quay.io")).ending).toBe(1);
      const connections = bus.connections();
      chmodSync(note, 0o640);
      expect(await isLeftToDocr(get("ghcr.io"))).toBe(true);
      chmodSync(note, 0o600);
      writeFileSync(file, `${text}\n`);
      expect(await isLeftToDocr(get("ghcr.io"))).toBe(true);
      expect(bus.connections()).toBe(connections);
    });

    it.each([
      "/dev/null",
      "disabled:",
      "none",
      "autolaunch:",
      "unix:abstract=/tmp/docr-nothing",
      "unix:path=/",
    ])("becomes docr's with the bus address %s", async (address) => {
      expect(await isLeftToDocr(get("ghcr.io", { DBUS_SESSION_BUS_ADDRESS: address }))).toBe(true);
    });

    it("becomes docr's if the bus's path is not a socket, or a longer one than a socket can have", async () => {
      writeFileSync(join(bench.folder, "file"), "");
      expect(
        await isLeftToDocr(get("ghcr.io", { DBUS_SESSION_BUS_ADDRESS: `unix:path=${bench.folder}/file` })),
      ).toBe(true);
      const folder = join(bench.folder, "x".repeat(120));
      symlinkSync(bench.folder, folder);
      expect(
        await isLeftToDocr(get("ghcr.io", { DBUS_SESSION_BUS_ADDRESS: `unix:path=${folder}/bus` })),
      ).toBe(true);
    });

    itUnless(explainNotRoot(), "does not use another user's bus", async () => {
      const foreign = await startSecretBus(join(bench.folder, "foreign"), daemon, 4711);
      expect(await isLeftToDocr(get("ghcr.io", { DBUS_SESSION_BUS_ADDRESS: foreign.address }))).toBe(true);
      expect(foreign.connections()).toBe(0);
      await foreign.close();
    });

    it("asks no bus to start a Secret Service, and shows no prompt", async () => {
      bus.daemon = new FakeSecretDaemon({ hasSession: false });
      bus.daemon.add("login", { isLocked: true, unlocking: "prompt" });
      expect(await isLeftToDocr(get("ghcr.io"))).toBe(true);
      expect(bus.daemon.called).not.toContain("Prompt");
      expect(bus.startRequests()).toBe(0);
    });

    it("answers 40 clients at once", async () => {
      const wrong: string[] = [];
      await inParallel(Array.from({ length: 40 }), 40, async () => {
        const { stdout } = await get("ghcr.io");
        if (stdout !== RESPONSE) wrong.push(stdout);
      });
      expect(wrong).toEqual([]);
    });

    itUnless(explainMissing(["time"]), "takes no more memory than a cached response", async () => {
      const env = { ...bench.env, DBUS_SESSION_BUS_ADDRESS: bus.address };
      const measured = await run("/usr/bin/time", ["-f", "%M", bench.launcher, "get"], {
        env,
        stdin: "ghcr.io",
      });
      expect(measured.stdout).toBe(RESPONSE);
      expect(Number(measured.stderr.trim())).toBeLessThan(KILOBYTES_AT_MOST);
    });
  },
);
