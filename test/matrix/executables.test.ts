/** One run or two of each executable for each fault. The other tests of the matrix run the program in process. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { CLEAN_FAILURE, summarizeFailure } from "../support/failure.ts";
import { createTestMachine } from "../support/fakes/test-machine.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR, explainNoExecutable, LAUNCHER } from "../support/lab/executable.ts";
import { type Keyring, startKeyring } from "../support/lab/keyring.ts";
import { explainMissing, KEYRING, SYSTEM_PATH } from "../support/lab/parts.ts";
import { type Environment, run } from "../support/lab/run.ts";
import { backdate } from "../support/private-folder.ts";
import { API_FAULTS, type ApiFault, warningOf } from "./api-faults.ts";
import { ALWAYS, HOST, loginFor } from "../support/requests.ts";
import { type Case, MINUTES, STORED_LOGIN, titleOf } from "./case.ts";
import { type Observation, observe, toObservation } from "./expectation.ts";

/** Each fault with its first case in this state of the cache. Certificates are in test/system/trust.test.ts. */
const FAULTS = API_FAULTS.filter(({ fault }) => fault !== "untrusted");
const rowsFor = (cached: Case["cached"]) =>
  FAULTS.flatMap((fault) => {
    const test = fault.cases.find((one) => one.action === "get" && one.cached === cached);
    return test ? [[fault.title, titleOf(test), fault, test] as const] : [];
  });

async function meetFault(program: string, { fault, message }: ApiFault, test: Case): Promise<Observation> {
  const machine = await createTestMachine();
  try {
    const { standIn } = machine;
    if (test.cached !== "nothing") {
      await machine.get();
      backdate(machine.privateFolder, MINUTES[test.cached]);
      standIn.reset();
    }
    if (fault === "refuses") await standIn.close();
    else if (typeof fault === "object") standIn.faults.add({ ...fault, path: "/*", times: ALWAYS });
    const env = { ...machine.env, PATH: SYSTEM_PATH };
    const outcome = await run(program, ["get"], { stdin: HOST, env });
    const cachedBefore = test.cached === "nothing" ? undefined : 1;
    return observe(machine, "get", outcome, { cachedBefore, failure: message, warning: warningOf("get") });
  } finally {
    await machine.close();
  }
}

describeUnless(explainNoExecutable(), "an API", () => {
  it.concurrent.each(rowsFor("nothing"))(
    "that %s, for the launcher: %s",
    async (_fault, _test, fault, test) => {
      const seen = await meetFault(LAUNCHER, fault, test);
      expect(seen).toEqual(toObservation(test.expected, seen));
    },
  );

  it.concurrent.each(rowsFor("expiring"))("that %s, for docr: %s", async (_fault, _test, fault, test) => {
    const seen = await meetFault(DOCR, fault, test);
    expect(seen).toEqual(toObservation(test.expected, seen));
  });
});

describeUnless(explainNoExecutable(), "the environment", () => {
  it("gives the launcher's get its API token by a file, its access and its lifetime", async () => {
    const machine = await createTestMachine();
    try {
      const { DIGITALOCEAN_ACCESS_TOKEN: token, ...rest } = machine.env;
      const path = join(machine.folder, "token");
      writeFileSync(path, `${token}\n`, { mode: 0o600 });
      const settings = { DOCR_ACCESS: "read-only", DOCR_TTL: "60", DIGITALOCEAN_ACCESS_TOKEN_FILE: path };
      const env = { ...rest, PATH: SYSTEM_PATH, ...settings };
      const before = Date.now();
      expect(await run(LAUNCHER, ["get"], { stdin: HOST, env })).toMatchObject({ code: 0, stderr: "" });
      const minted = machine.standIn.account.minted[0];
      expect(minted?.access).toBe("read-only");
      expect(Math.round(((minted?.expiresAt ?? 0) - before) / 60_000)).toBe(1);
    } finally {
      await machine.close();
    }
  });
});

/** The keychain's own deadline is 5 s; the rest is starting and ending. */
const KEYCHAIN_DEADLINE_MS = 6_500;

interface KeyringFault {
  /** Ends the sentence "a keychain that …". */
  readonly title: string;
  /** Returns the environment in which docr meets the fault. */
  readonly arrange: () => Promise<Environment> | Environment;
  readonly message: RegExp;
}

describeUnless(explainNoExecutable() ?? explainMissing(KEYRING), "a real keychain", () => {
  let folder: string;
  let keyring: Keyring;
  let silentBus: Server;
  const connections = new Set<Socket>();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "docr-kf-"));
    keyring = await startKeyring(join(folder, "k"));
    mkdirSync(join(folder, "empty"), { mode: 0o700 });
    silentBus = createServer((socket) => {
      connections.add(socket);
      socket.resume();
    });
    await new Promise<void>((resolve) => silentBus.listen(join(folder, "silent"), resolve));
    const stored = await run(DOCR, ["store"], { env: keyring.env, stdin: loginFor(STORED_LOGIN) });
    if (stored.code !== 0) throw new Error(stored.stderr);
  });
  afterEach(async () => {
    keyring.resume();
    await keyring.restart("unlocked");
  });
  afterAll(async () => {
    for (const socket of connections) socket.destroy();
    silentBus.close();
    await keyring.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const withoutBus = (): Environment => {
    const { DBUS_SESSION_BUS_ADDRESS: _address, ...env } = keyring.env;
    return { ...env, XDG_RUNTIME_DIR: join(folder, "empty") };
  };

  const faults: readonly KeyringFault[] = [
    {
      title: "is locked",
      message: /the keychain is locked/,
      async arrange() {
        await keyring.lock();
        return keyring.env;
      },
    },
    {
      title: "has been locked since the session began",
      message: /the keychain is locked/,
      async arrange() {
        await keyring.restart("locked");
        return keyring.env;
      },
    },
    {
      title: "does not respond",
      message: /the keychain did not respond within 5 s/,
      arrange() {
        keyring.pause();
        return keyring.env;
      },
    },
    {
      title: "has left the session bus",
      message: /no keychain in this session/,
      async arrange() {
        await keyring.quit();
        return keyring.env;
      },
    },
    {
      title: "is missing with the session bus",
      message: /no keychain in this session/,
      arrange: withoutBus,
    },
    {
      title: "is on a session bus that does not exist",
      message: /no keychain in this session/,
      arrange: () => ({ ...keyring.env, DBUS_SESSION_BUS_ADDRESS: `unix:path=${folder}/missing` }),
    },
    {
      title: "is on a session bus that does not respond",
      message: /the keychain did not respond within 5 s/,
      arrange: () => ({ ...keyring.env, DBUS_SESSION_BUS_ADDRESS: `unix:path=${folder}/silent` }),
    },
  ];

  const REQUESTS = [
    [LAUNCHER, "get", STORED_LOGIN],
    [DOCR, "store", loginFor("two.test")],
    [LAUNCHER, "erase", STORED_LOGIN],
  ] as const;

  it.each(faults)(
    "that $title: get, store and erase fail within 6.5 s with the reason, list succeeds, and no login is lost",
    async ({ title, arrange, message }) => {
      const env = await arrange();
      const outcomes = new Map<string, unknown>();
      const ask = async ([program, action, stdin]: (typeof REQUESTS)[number]): Promise<void> => {
        const outcome = await run(program, [action], { env, stdin });
        const look = summarizeFailure(outcome, KEYCHAIN_DEADLINE_MS);
        outcomes.set(action, { ...look, hasReason: message.test(outcome.stderr) });
      };
      // A locked keyring opens one prompt after another, so that programs wait for each other.
      if (title.includes("locked")) for (const request of REQUESTS) await ask(request);
      else await Promise.all(REQUESTS.map(ask));
      const expected = { ...CLEAN_FAILURE, hasReason: true };
      expect(Object.fromEntries(outcomes)).toEqual({
        get: expected,
        store: expected,
        erase: expected,
      });

      expect(await run(DOCR, ["list"], { env })).toMatchObject({ code: 0, stdout: "{}\n", stderr: "" });

      keyring.resume();
      await keyring.restart("unlocked");
      const listed = await run(DOCR, ["list"], { env: keyring.env });
      expect(JSON.parse(listed.stdout)).toEqual({ [STORED_LOGIN]: "sammy" });
    },
  );

  it.each([DOCR, LAUNCHER])(
    "is not needed by a get, list and erase with an API token in the environment: %s",
    async (program) => {
      const machine = await createTestMachine();
      try {
        const env = { ...withoutBus(), ...machine.env, XDG_RUNTIME_DIR: join(folder, "empty") };
        expect(await run(program, ["get"], { env, stdin: HOST })).toMatchObject({ code: 0, stderr: "" });
        expect(await run(program, ["list"], { env })).toMatchObject({ code: 0, stderr: "" });
        expect(await run(program, ["erase"], { env, stdin: HOST })).toMatchObject({ code: 0, stdout: "" });
      } finally {
        await machine.close();
      }
    },
  );
});
