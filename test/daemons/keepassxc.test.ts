import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoExecutable } from "../support/lab/executable.ts";
import { type KeePassXcOptions, startKeePassXc } from "../support/lab/keepassxc.ts";
import { explainMissing } from "../support/lab/parts.ts";
import { explainNoBus, type SessionBus, startSessionBus } from "../support/lab/session-bus.ts";
import { inFolder, type Requests, requestsOn } from "./requests.ts";

/** Runs the body with KeePassXC, whose database has the login of one.test. */
async function withKeePassXc(
  options: KeePassXcOptions,
  body: (docr: Requests, bus: SessionBus) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder, atEnd) => {
    const bus = await startSessionBus(folder, "dbus-daemon");
    atEnd(() => bus.stop());
    const first = await startKeePassXc(bus, { database: "open", confirms: false });
    expect(await requestsOn(bus.env).store("one.test")).toBe("done");
    // It saves the database a moment later.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await first.kill();
    const daemon = await startKeePassXc(bus, options);
    // It asks about unsaved changes on SIGTERM.
    atEnd(() => daemon.kill());
    await body(requestsOn(bus.env), bus);
  });
}

const reason = explainNoExecutable() ?? explainMissing(["keepassxc"]) ?? explainNoBus("dbus-daemon");

describeUnless(reason, "KeePassXC", () => {
  it.concurrent("answers every request while its database is open and nothing needs a confirmation", () =>
    withKeePassXc({ database: "open", confirms: false }, async (docr) => {
      expect(await docr.get("one.test")).toBe("found");
      expect(await docr.get("missing.test")).toBe("none");
      for (const host of ["one.test", "two.test", "two.test"]) expect(await docr.store(host)).toBe("done");
      expect(await docr.list()).toEqual(["one.test", "two.test"]);
      expect(await docr.erase("missing.test")).toBe("done");
      expect(await docr.erase("one.test")).toBe("done");
      expect(await docr.list()).toEqual(["two.test"]);
    }));

  it.concurrent("stores new logins while a person would have to confirm each access, and waits in vain for others", () =>
    withKeePassXc({ database: "open", confirms: true }, async (docr) => {
      expect(await docr.store("new.test")).toBe("done");
      const results = [docr.get("one.test"), docr.store("one.test"), docr.erase("one.test"), docr.list()];
      expect(await Promise.all(results)).toEqual(["silent", "silent", "silent", []]);
    }));

  it.concurrent("is never taken for empty while its database is locked", () =>
    withKeePassXc({ database: "locked", confirms: false }, async (docr) => {
      const results = [
        docr.get("one.test"),
        docr.get("missing.test"),
        docr.store("two.test"),
        docr.erase("one.test"),
        docr.list(),
      ];
      expect(await Promise.all(results)).toEqual(["silent", "silent", "silent", "silent", []]);
    }));

  it.concurrent("has its prompt shown for 20 s where there is a display", () =>
    withKeePassXc({ database: "locked", confirms: false }, async (_docr, bus) => {
      const started = performance.now();
      expect(await requestsOn({ ...bus.env, DISPLAY: ":99" }).get("one.test")).toBe("silent");
      expect(performance.now() - started).toBeGreaterThanOrEqual(20_000);
    }));

  it.concurrent("is locked without an open database", () =>
    withKeePassXc({ database: "none", confirms: false }, async (docr) => {
      expect(await docr.get("one.test")).toBe("locked");
      expect(await docr.erase("one.test")).toBe("locked");
      // libsecret would have a person create a database.
      expect(["silent", "failed"]).toContain(await docr.store("two.test"));
      expect(await docr.list()).toEqual([]);
    }));
});
