import { expect, it } from "vitest";
import { addKeyring, setDefaultKeyring } from "../support/lab/add-keyring.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoExecutable } from "../support/lab/executable.ts";
import { type Keyring, type KeyringOptions, startKeyring } from "../support/lab/keyring.ts";
import { explainMissing, KEYRING } from "../support/lab/parts.ts";
import { explainNoBus } from "../support/lab/session-bus.ts";
import { explainNoGerman, german } from "./german.ts";
import { inFolder, type Requests, requestsOn, type Result } from "./requests.ts";

/** Runs the body with a new gnome-keyring, which has the logins of one.test and two.test unless the options say otherwise. */
async function withKeyring(
  options: KeyringOptions & { readonly isGerman?: boolean; readonly isFresh?: boolean },
  body: (keyring: Keyring, docr: Requests) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder, atEnd) => {
    const added = options.isGerman ? await german() : {};
    const keyring = await startKeyring(folder, { ...options, added });
    atEnd(async () => {
      keyring.resume();
      keyring.bus.resume();
      await keyring.stop();
    });
    const docr = requestsOn(keyring.env);
    if (!options.isFresh) for (const host of ["one.test", "two.test"]) await docr.store(host);
    await body(keyring, docr);
  });
}

/** The results of get, erase and store of a stored login, of a get and erase of a missing one, and the list in the end. */
async function resultsOf(docr: Requests): Promise<Readonly<Record<string, Result | readonly string[]>>> {
  return {
    get: await docr.get("one.test"),
    getMissing: await docr.get("missing.test"),
    eraseMissing: await docr.erase("missing.test"),
    erase: await docr.erase("one.test"),
    store: await docr.store("three.test"),
    list: await docr.list(),
  };
}

const OPEN = {
  get: "found",
  getMissing: "none",
  eraseMissing: "done",
  erase: "done",
  store: "done",
  list: ["three.test", "two.test"],
};
const LOCKED = { ...OPEN, get: "locked", erase: "locked", store: "locked", list: [] };
const LOST = {
  get: "missing",
  getMissing: "missing",
  eraseMissing: "missing",
  erase: "missing",
  store: "missing",
};

const SETTINGS = [
  { title: "dbus-daemon", program: "dbus-daemon", isGerman: false },
  { title: "dbus-broker", program: "dbus-broker", isGerman: false },
  { title: "dbus-daemon, in German", program: "dbus-daemon", isGerman: true },
] as const;

for (const { title, program, isGerman } of SETTINGS) {
  const reason =
    explainNoExecutable() ??
    explainMissing(KEYRING) ??
    explainNoBus(program) ??
    (isGerman ? explainNoGerman() : undefined);
  const options = { program, isGerman };

  // A second dbus-broker would take the journal's socket from the first.
  const together = { concurrent: program !== "dbus-broker" };

  describeUnless(reason, `gnome-keyring on ${title}`, () => {
    it("answers every request while it is open", together, () =>
      withKeyring(options, async (_keyring, docr) => {
        expect(await resultsOf(docr)).toEqual(OPEN);
      }),
    );

    it("is locked for what is in a locked second keyring, and open for the rest", together, () =>
      withKeyring(options, async (keyring, docr) => {
        await keyring.lockAway("work");
        await docr.store("two.test");
        expect(await resultsOf(docr)).toEqual({ ...OPEN, get: "locked", erase: "locked" });
      }),
    );

    it("is locked for every login if the default keyring is, and has no others", together, () =>
      withKeyring(options, async (keyring, docr) => {
        await keyring.restart("locked");
        expect(await resultsOf(docr)).toEqual(LOCKED);
        await keyring.restart("unlocked");
        expect(await docr.list()).toEqual(["one.test", "two.test"]);
      }),
    );

    it("opens a keyring with an empty password without a prompt", together, () =>
      withKeyring({ ...options, isFresh: true }, async (keyring, docr) => {
        await setDefaultKeyring(keyring.env, await addKeyring(keyring.env, "blank", ""));
        for (const host of ["one.test", "two.test"]) await docr.store(host);
        await keyring.restart("locked");
        expect(await resultsOf(docr)).toEqual(OPEN);
      }),
    );

    it("has no login, and cannot store one without a person, if there is no keyring", together, () =>
      withKeyring({ ...options, isFresh: true, state: "locked" }, async (_keyring, docr) => {
        const { store, ...rest } = await resultsOf(docr);
        expect(rest).toEqual({
          get: "none",
          getMissing: "none",
          eraseMissing: "done",
          erase: "done",
          list: [],
        });
        expect(["failed", "silent"]).toContain(store);
      }),
    );

    it("returns what was stored last after another keyring became the default one", together, () =>
      withKeyring(options, async (keyring, docr) => {
        const login = "/org/freedesktop/secrets/collection/login";
        const second = await addKeyring(keyring.env, "second");
        for (const keyringPath of [second, login, second]) {
          await setDefaultKeyring(keyring.env, keyringPath);
          expect(await docr.store("one.test")).toBe("done");
          expect(await docr.store(`${keyringPath.split("/").at(-1)}.test`)).toBe("done");
          const listed = await docr.list();
          for (const host of listed) expect([host, await docr.get(host)]).toEqual([host, "found"]);
        }
        expect(await docr.list()).toEqual(["login.test", "one.test", "second.test", "two.test"]);
        expect(
          (await keyring.dump("docker-credential-docr")).match(/account = login:one\.test/g),
        ).toHaveLength(1);
        expect(await docr.erase("one.test")).toBe("done");
        expect(await docr.get("one.test")).toBe("none");
      }),
    );

    it("is silent while the daemon or the bus stands still, and answers afterwards", together, () =>
      withKeyring(options, async (keyring, docr) => {
        for (const one of program === "dbus-daemon" ? [keyring, keyring.bus] : [keyring]) {
          one.pause();
          const results = [docr.get("one.test"), docr.erase("one.test"), docr.store("one.test"), docr.list()];
          expect(await Promise.all(results)).toEqual(["silent", "silent", "silent", []]);
          one.resume();
          expect(await docr.get("two.test")).toBe("found");
        }
      }),
    );

    it("is missing once the daemon or the bus has ended", together, () =>
      withKeyring(options, async (keyring, docr) => {
        await keyring.kill();
        expect(await resultsOf(docr)).toEqual({ ...LOST, list: [] });
        await keyring.bus.kill();
        expect(await resultsOf(docr)).toEqual({ ...LOST, list: [] });
      }),
    );

    it(
      "is asked once more if the daemon is killed during the call, and the bus's end is a failure",
      together,
      () =>
        withKeyring(options, async (keyring, docr) => {
          keyring.pause();
          const killed = docr.get("one.test");
          await new Promise((resolve) => setTimeout(resolve, 1_000));
          await keyring.kill();
          expect(await killed).toBe("missing");
          await keyring.restart("unlocked");
          keyring.pause();
          const cut = docr.get("one.test");
          await new Promise((resolve) => setTimeout(resolve, 1_000));
          await keyring.bus.kill();
          expect(await cut).toBe("failed");
        }),
    );
  });
}
