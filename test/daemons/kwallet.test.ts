import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoExecutable } from "../support/lab/executable.ts";
import { type KWalletState, startKWallet } from "../support/lab/kwallet.ts";
import { explainMissing } from "../support/lab/parts.ts";
import { type BusProgram, explainNoBus, startSessionBus } from "../support/lab/session-bus.ts";
import { askEverything, inFolder, type Requests, requestsOn } from "./requests.ts";

async function withKWallet(
  program: BusProgram,
  state: KWalletState,
  body: (docr: Requests, restart: (state: KWalletState) => Promise<void>) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder, atEnd) => {
    const bus = await startSessionBus(folder, program);
    atEnd(() => bus.stop());
    let daemon = await startKWallet(bus, state);
    atEnd(() => daemon.kill());
    await body(requestsOn(bus.env), async (next) => {
      await daemon.stop();
      daemon = await startKWallet(bus, next);
    });
  });
}

for (const program of ["dbus-daemon", "dbus-broker"] as const) {
  const reason = explainNoExecutable() ?? explainMissing(["kwalletd5", "perl"]) ?? explainNoBus(program);

  // A second dbus-broker would take the journal's socket from the first.
  const together = { concurrent: program !== "dbus-broker" };

  describeUnless(reason, `KWallet on ${program}`, () => {
    it("answers every request without a dialog once the login has opened it", together, () =>
      withKWallet(program, "open", async (docr) => {
        for (const host of ["one.test", "two.test", "one.test"]) expect(await docr.store(host)).toBe("done");
        expect(await docr.get("one.test")).toBe("found");
        expect(await docr.get("missing.test")).toBe("none");
        expect(await docr.list()).toEqual(["one.test", "two.test"]);
        expect(await docr.erase("one.test")).toBe("done");
        expect(await docr.erase("one.test")).toBe("done");
        expect(await docr.list()).toEqual(["two.test"]);
      }),
    );

    it("is never taken for empty while it is locked, and has its logins after the next login", together, () =>
      withKWallet(program, "open", async (docr, restart) => {
        await docr.store("one.test");
        // It saves the wallet after 5 s.
        await new Promise((resolve) => setTimeout(resolve, 6_000));
        await restart("locked");
        expect(await askEverything(docr)).toEqual(["silent", "silent", "silent", "silent", []]);
        await restart("open");
        expect(await docr.list()).toEqual(["one.test"]);
      }),
    );

    it("has no login before it has a wallet", together, () =>
      withKWallet(program, "new", async (docr) => {
        expect(await docr.get("one.test")).toBe("none");
        expect(await docr.erase("one.test")).toBe("done");
        expect(await docr.list()).toEqual([]);
      }),
    );
  });
}
