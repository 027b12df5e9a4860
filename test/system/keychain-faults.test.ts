import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { createStandIn, type StandIn } from "../support/fakes/digitalocean-api.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoExecutable, PROGRAMS } from "../support/lab/executable.ts";
import { explainMissing, KEYRING } from "../support/lab/parts.ts";
import { createPerson, type Person } from "../support/lab/person.ts";
import { type Environment, run } from "../support/lab/run.ts";
import { CLEAN_FAILURE, lookAt } from "../support/failure.ts";

const HOST = "registry.digitalocean.com";
const LOGINS = ["one.test", "two.test"];

/** The keychain's own deadline is 5 s; the rest is starting and ending. */
const KEYCHAIN_DEADLINE_MS = 6500;

interface Fault {
  readonly title: string;
  readonly arrange: () => Promise<Environment> | Environment;
  /** What the person must read. */
  readonly says: RegExp;
}

const loginTo = (server: string): string =>
  `${JSON.stringify({ ServerURL: server, Username: "somebody", Secret: "something" })}\n`;

const reason = explainNoExecutable() ?? explainMissing(KEYRING);

describeUnless(reason, "every verb while the keychain misbehaves", () => {
  let folder: string;
  let person: Person;
  let standIn: StandIn;
  let silentBus: Server;
  const connections = new Set<Socket>();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "docr-kf-"));
    person = await createPerson(join(folder, "p"));
    standIn = await createStandIn();
    mkdirSync(join(folder, "empty"), { mode: 0o700 });
    silentBus = createServer((socket) => {
      connections.add(socket);
      socket.resume();
    });
    await new Promise<void>((resolve) => silentBus.listen(join(folder, "silent"), resolve));
    for (const server of LOGINS) {
      const stored = await person.docr("store", { stdin: loginTo(server) });
      if (stored.code !== 0) throw new Error(stored.stderr);
    }
  });
  afterAll(async () => {
    for (const socket of connections) socket.destroy();
    silentBus.close();
    await standIn.close();
    await person.leave();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    person.keyring.resume();
    await person.keyring.restart("unlocked");
  });

  const without = (names: readonly string[], added: Environment): Environment => ({
    ...Object.fromEntries(Object.entries(person.env).filter(([name]) => !names.includes(name))),
    ...added,
  });

  /** What is done to the keychain, and the environment in which the verbs then run. */
  const faults: readonly Fault[] = [
    {
      title: "locked",
      says: /locked/,
      arrange: async () => {
        await person.keyring.lock();
        return person.env;
      },
    },
    {
      title: "locked since the session began",
      says: /locked/,
      arrange: async () => {
        await person.keyring.restart("locked");
        return person.env;
      },
    },
    {
      title: "stopped where it stands",
      says: /did not respond within 5 s/,
      arrange: () => {
        person.keyring.pause();
        return person.env;
      },
    },
    {
      title: "gone from the bus",
      says: /no keychain/,
      arrange: async () => {
        await person.keyring.quit();
        return person.env;
      },
    },
    {
      title: "not there, nor any bus",
      says: /no keychain/,
      arrange: () => without(["DBUS_SESSION_BUS_ADDRESS"], { XDG_RUNTIME_DIR: join(folder, "empty") }),
    },
    {
      title: "behind a bus address where nobody is",
      says: /no keychain/,
      arrange: () => without([], { DBUS_SESSION_BUS_ADDRESS: `unix:path=${folder}/nobody` }),
    },
    {
      title: "behind a bus that takes connections and stays silent",
      says: /did not respond within 5 s/,
      arrange: () => without([], { DBUS_SESSION_BUS_ADDRESS: `unix:path=${folder}/silent` }),
    },
  ];

  for (const { title, arrange, says } of faults) {
    it(`fails in time, says why, loses nothing: the keychain is ${title}`, async () => {
      const apiToken = standIn.account.addToken();
      const env = { ...(await arrange()), DIGITALOCEAN_API_URL: standIn.url };
      const tokenLogin = JSON.stringify({ ServerURL: HOST, Username: "me", Secret: apiToken });
      const calls: readonly (readonly [name: string, verb: string, stdin: string])[] = [
        ["get", "get", LOGINS[0] ?? ""],
        ["get of a server nobody logged in to", "get", "nobody.test"],
        ["get of our host", "get", HOST],
        ["store", "store", loginTo("three.test")],
        ["store of an API token", "store", tokenLogin],
        ["erase", "erase", LOGINS[1] ?? ""],
        ["erase of what is not there", "erase", "nobody.test"],
        ["erase of our host", "erase", HOST],
        ["list", "list", "unused"],
      ];
      const looks: (readonly unknown[])[] = [];
      const ask = async ([name, verb, stdin]: (typeof calls)[number], program: string): Promise<void> => {
        const outcome = await run(program, [verb], { env, stdin, timeoutSeconds: 60 });
        const what = `${name} by ${basename(program)}`;
        looks.push([what, lookAt(outcome, KEYCHAIN_DEADLINE_MS), says.test(outcome.stderr)]);
      };
      // A locked keyring opens one prompt after another, so callers would wait for each other.
      for (const program of PROGRAMS) {
        if (title.startsWith("locked")) for (const call of calls) await ask(call, program);
        else await Promise.all(calls.map((call) => ask(call, program)));
      }
      expect(looks).toHaveLength(calls.length * PROGRAMS.length);
      for (const look of looks) expect(look).toEqual([look[0], CLEAN_FAILURE, true]);

      person.keyring.resume();
      await person.keyring.restart("unlocked");
      expect(JSON.parse((await person.docr("list")).stdout)).toEqual({
        "one.test": "somebody",
        "two.test": "somebody",
      });
    });
  }

  it.each(PROGRAMS)(
    "answers from the environment's API token where there is no keychain at all: %s",
    async (program) => {
      const env = without(["DBUS_SESSION_BUS_ADDRESS"], {
        XDG_RUNTIME_DIR: join(folder, "empty"),
        DIGITALOCEAN_ACCESS_TOKEN: standIn.account.addToken(),
        DIGITALOCEAN_API_URL: standIn.url,
        DIGITALOCEAN_OAUTH_URL: standIn.url,
      });
      expect(await run(program, ["get"], { env, stdin: HOST })).toMatchObject({ code: 0, stderr: "" });
      expect(await run(program, ["list"], { env })).toMatchObject({ code: 0, stderr: "" });
      expect(await run(program, ["erase"], { env, stdin: HOST })).toMatchObject({ code: 0, stdout: "" });
    },
  );
});
