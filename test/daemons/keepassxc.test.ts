import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoExecutable } from "../support/lab/executable.ts";
import { type KeePassXcOptions, startKeePassXc } from "../support/lab/keepassxc.ts";
import { explainMissing } from "../support/lab/parts.ts";
import {
  type BusProgram,
  explainNoBus,
  type SessionBus,
  startSessionBus,
} from "../support/lab/session-bus.ts";
import { askEverything, inFolder, type Requests, requestsOn } from "./requests.ts";

/** Runs the body with KeePassXC, whose database has the login of one.test. */
async function withKeePassXc(
  program: BusProgram,
  options: KeePassXcOptions,
  body: (docr: Requests, bus: SessionBus) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder, atEnd) => {
    const bus = await startSessionBus(folder, program);
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

for (const program of ["dbus-daemon", "dbus-broker"] as const) {
  const reason = explainNoExecutable() ?? explainMissing(["keepassxc"]) ?? explainNoBus(program);

  // A second dbus-broker would take the journal's socket from the first.
  const together = { concurrent: program !== "dbus-broker" };

  describeUnless(reason, `KeePassXC on ${program}`, () => {
    it("answers every request while its database is open and nothing needs a confirmation", together, () =>
      withKeePassXc(program, { database: "open", confirms: false }, async (docr) => {
        expect(await docr.get("one.test")).toBe("found");
        expect(await docr.get("missing.test")).toBe("none");
        for (const host of ["one.test", "two.test", "two.test"]) expect(await docr.store(host)).toBe("done");
        expect(await docr.list()).toEqual(["one.test", "two.test"]);
        expect(await docr.erase("missing.test")).toBe("done");
        expect(await docr.erase("one.test")).toBe("done");
        expect(await docr.list()).toEqual(["two.test"]);
      }),
    );

    it(
      "stores new logins while a person would have to confirm each access, and waits in vain for others",
      together,
      () =>
        withKeePassXc(program, { database: "open", confirms: true }, async (docr) => {
          expect(await docr.store("new.test")).toBe("done");
          const results = [docr.get("one.test"), docr.store("one.test"), docr.erase("one.test"), docr.list()];
          expect(await Promise.all(results)).toEqual(["silent", "silent", "silent", []]);
        }),
    );

    it("is never taken for empty while its database is locked", together, () =>
      withKeePassXc(program, { database: "locked", confirms: false }, async (docr) => {
        expect(await askEverything(docr)).toEqual(["silent", "silent", "silent", "silent", []]);
      }),
    );

    it("has its prompt shown for 20 s where there is a display", together, () =>
      withKeePassXc(program, { database: "locked", confirms: false }, async (_docr, bus) => {
        const started = performance.now();
        expect(await requestsOn({ ...bus.env, DISPLAY: ":99" }).get("one.test")).toBe("silent");
        expect(performance.now() - started).toBeGreaterThanOrEqual(20_000);
      }),
    );

    it("is locked without an open database", together, () =>
      withKeePassXc(program, { database: "none", confirms: false }, async (docr) => {
        expect(await docr.get("one.test")).toBe("locked");
        expect(await docr.erase("one.test")).toBe("locked");
        // libsecret would have a person create a database.
        expect(["silent", "failed"]).toContain(await docr.store("two.test"));
        expect(await docr.list()).toEqual([]);
      }),
    );
  });
}
