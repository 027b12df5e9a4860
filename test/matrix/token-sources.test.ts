import { chmodSync, chownSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inventToken } from "../support/fakes/digitalocean-account.ts";
import { type EnvironmentChanges, onMachine, type TestMachine } from "../support/fakes/test-machine.ts";
import { CLEAN_FAILURE, summarizeFailure } from "../support/failure.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNotRoot, SYSTEM_PATH } from "../support/lab/parts.ts";
import { type Outcome, runWell } from "../support/lab/run.ts";
import { HOST, loginFor } from "../support/requests.ts";

const NOT_FOUND = "credentials not found in native keychain\n";
const WITHOUT_TOKEN = { DIGITALOCEAN_ACCESS_TOKEN: undefined };

/** A `get` whose environment contains only the added API token. */
function getWithout(machine: TestMachine, added: EnvironmentChanges = {}, stdin = HOST): Promise<Outcome> {
  return machine.docr("get", { stdin, env: { ...WITHOUT_TOKEN, ...added } });
}

function writeTokenFile({ folder }: TestMachine, text: string, mode = 0o600): string {
  const path = join(folder, "token");
  writeFileSync(path, text, { mode });
  chmodSync(path, mode);
  return path;
}

/** As doctl writes it: a new file in place of the old one. */
function writeDoctl({ home }: TestMachine, text: string): void {
  mkdirSync(join(home, ".config", "doctl"), { recursive: true });
  const path = join(home, ".config", "doctl", "config.yaml");
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

function writeConfig({ home }: TestMachine, text: string): void {
  mkdirSync(join(home, ".config", "docr"), { recursive: true });
  writeFileSync(join(home, ".config", "docr", "config.json"), text);
}

/** Stores an API token in the keychain. */
async function storeToken(machine: TestMachine, token: string, context?: string): Promise<void> {
  const env = { ...WITHOUT_TOKEN, ...(context === undefined ? {} : { DIGITALOCEAN_CONTEXT: context }) };
  const stored = await machine.docr("store", { stdin: loginFor(HOST, "me", token), env });
  expect(stored).toMatchObject({ code: 0, stderr: "" });
}

/** Where the last API token came from, by the trace. */
const lastSource = (machine: TestMachine): unknown =>
  machine.trace().findLast(({ event }) => event === "token")?.["source"];

const REJECTED_FILES: readonly {
  readonly title: string;
  /** Returns the file's path. */
  readonly arrange: (machine: TestMachine) => string | Promise<string>;
  readonly message: RegExp;
}[] = [
  {
    title: "that its group can write to",
    arrange: (machine) => writeTokenFile(machine, machine.token, 0o620),
    message: /other users can write to the file in DIGITALOCEAN_ACCESS_TOKEN_FILE; run chmod go-w \/\S+,/,
  },
  {
    title: "that every user can write to",
    arrange: (machine) => writeTokenFile(machine, machine.token, 0o602),
    message: /other users can write to the file in DIGITALOCEAN_ACCESS_TOKEN_FILE; run chmod go-w \/\S+,/,
  },
  {
    title: "that does not exist",
    arrange: ({ folder }) => join(folder, "missing"),
    message: /the file in DIGITALOCEAN_ACCESS_TOKEN_FILE cannot be read \(ENOENT\); check \/\S+missing/,
  },
  {
    title: "that is a folder",
    arrange: ({ folder }) => folder,
    message: /the file in DIGITALOCEAN_ACCESS_TOKEN_FILE cannot be read \(a directory, not a file\)/,
  },
  {
    title: "that is a pipe without a writer",
    async arrange({ folder }) {
      const path = join(folder, "pipe");
      await runWell("mkfifo", ["-m", "600", path], { env: { PATH: SYSTEM_PATH } });
      return path;
    },
    message: /the file in DIGITALOCEAN_ACCESS_TOKEN_FILE cannot be read \(a named pipe, not a regular file\)/,
  },
  {
    title: "of 100 KB",
    arrange: (machine) => writeTokenFile(machine, "x".repeat(100_000)),
    message: /the file in DIGITALOCEAN_ACCESS_TOKEN_FILE cannot be read \(larger than 16 KiB\)/,
  },
  {
    title: "with a line break alone",
    arrange: (machine) => writeTokenFile(machine, "\n"),
    message: /the file in DIGITALOCEAN_ACCESS_TOKEN_FILE is set but empty/,
  },
  {
    title: "with another text",
    arrange: (machine) => writeTokenFile(machine, "hunter2"),
    message: /the file in DIGITALOCEAN_ACCESS_TOKEN_FILE does not contain a DigitalOcean API token/,
  },
];

describe("an API token in a file", () => {
  it.concurrent.each(["TOKEN", "TOKEN\n", "  TOKEN\r\n\n"])(
    "is read without the white space around it: %j",
    async (text) => {
      await onMachine(async (machine) => {
        const path = writeTokenFile(machine, text.replace("TOKEN", machine.token));
        const outcome = await getWithout(machine, { DIGITALOCEAN_ACCESS_TOKEN_FILE: path });
        expect(outcome).toMatchObject({ code: 0, stderr: "" });
      })();
    },
  );

  it.concurrent(
    "is read through a symbolic link, as mounted secrets are, and from a file that other users can read",
    onMachine(async (machine) => {
      const link = join(machine.folder, "link");
      symlinkSync(writeTokenFile(machine, machine.token, 0o644), link);
      expect((await getWithout(machine, { DIGITALOCEAN_ACCESS_TOKEN_FILE: link })).code).toBe(0);
    }),
  );

  it.concurrent.each(REJECTED_FILES)("is an error in a file $title", async ({ arrange, message }) => {
    await onMachine(async (machine) => {
      const path = await arrange(machine);
      const outcome = await getWithout(machine, { DIGITALOCEAN_ACCESS_TOKEN_FILE: path });
      expect(summarizeFailure(outcome, 5000)).toEqual(CLEAN_FAILURE);
      expect(outcome.stderr).toMatch(message);
      expect(outcome.stderr).not.toContain("hunter2");
      expect(machine.standIn.calls).toEqual([]);
    })();
  });
});

describeUnless(explainNotRoot(), "an API token in a file of another user", () => {
  it(
    "is an error",
    onMachine(async (machine) => {
      const path = writeTokenFile(machine, machine.token);
      chownSync(path, 65534, 65534);
      const outcome = await getWithout(machine, { DIGITALOCEAN_ACCESS_TOKEN_FILE: path });
      expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
      expect(outcome.stderr).toMatch(/other users can write to the file in DIGITALOCEAN_ACCESS_TOKEN_FILE/);
    }),
  );
});

const KEYCHAIN = "the keychain";
const DOCTL = "doctl's config (context default)";
const FILE = "the file in DIGITALOCEAN_ACCESS_TOKEN_FILE";
/** The places of an API token, in order of precedence. */
const SOURCES = ["DIGITALOCEAN_ACCESS_TOKEN", "DIGITALOCEAN_TOKEN", FILE, KEYCHAIN, DOCTL] as const;

describe("the API token", () => {
  it.concurrent.each(SOURCES)("comes from %s if no earlier place has one", async (first) => {
    await onMachine(async (machine) => {
      // Every later place holds another token, which DigitalOcean does not know.
      const has = (source: (typeof SOURCES)[number]): boolean =>
        SOURCES.indexOf(source) >= SOURCES.indexOf(first);
      const tokenFor = (source: (typeof SOURCES)[number]): string =>
        source === first ? machine.token : inventToken();
      if (has(KEYCHAIN)) {
        const token = tokenFor(KEYCHAIN);
        machine.standIn.account.addToken(undefined, token);
        await storeToken(machine, token);
        if (first !== KEYCHAIN) machine.standIn.account.removeToken(token);
      }
      writeDoctl(machine, `access-token: ${tokenFor(DOCTL)}\n`);
      const outcome = await machine.get({
        ...machine.traced,
        DIGITALOCEAN_ACCESS_TOKEN: has("DIGITALOCEAN_ACCESS_TOKEN")
          ? tokenFor("DIGITALOCEAN_ACCESS_TOKEN")
          : undefined,
        DIGITALOCEAN_TOKEN: has("DIGITALOCEAN_TOKEN") ? tokenFor("DIGITALOCEAN_TOKEN") : undefined,
        DIGITALOCEAN_ACCESS_TOKEN_FILE: has(FILE) ? writeTokenFile(machine, tokenFor(FILE)) : undefined,
      });
      expect([outcome.code, lastSource(machine)]).toEqual([0, first]);
    })();
  });

  it.concurrent(
    "comes from the context that the config file names for each registry, if the client sends the path",
    onMachine(
      async (machine) => {
        const { account } = machine.standIn;
        const tokens = { work: account.addToken(), home: account.addToken() };
        await storeToken(machine, tokens.work, "work");
        await storeToken(machine, tokens.home, "home");
        writeConfig(machine, JSON.stringify({ contexts: { acme: "work", "my-own": "Home" } }));
        const get = (path: string): Promise<Outcome> => getWithout(machine, machine.traced, `${HOST}${path}`);
        expect((await get("/acme/app")).code).toBe(0);
        expect(lastSource(machine)).toBe("the keychain (context work)");
        expect((await get("/my-own")).code).toBe(0);
        expect(lastSource(machine)).toBe("the keychain (context home)");
        expect(account.minted.map(({ registry }) => registry)).toEqual(["acme", "my-own"]);
        // Both are cached.
        expect([machine.idOf(await get("/acme/app")), machine.idOf(await get("/my-own"))]).toEqual([1, 2]);

        // A context's error is its own.
        account.removeToken(tokens.home);
        const readWrite = { DOCR_ACCESS: "read-write" };
        const rejected = await getWithout(machine, readWrite, `${HOST}/my-own`);
        expect(summarizeFailure(rejected)).toEqual(CLEAN_FAILURE);
        expect(rejected.stderr).toMatch(/from the keychain \(context home\)/);
        expect((await getWithout(machine, readWrite, `${HOST}/acme`)).code).toBe(0);
      },
      { registries: ["acme", "my-own"] },
    ),
  );

  it.concurrent(
    "comes for the bare host from DIGITALOCEAN_CONTEXT, or else the config file's context, or else the default one",
    onMachine(async (machine) => {
      for (const context of [undefined, "work", "home"]) {
        await storeToken(machine, machine.standIn.account.addToken(), context);
      }
      const env = { ...machine.traced, DOCR_CACHE: "none" };
      await getWithout(machine, env);
      expect(lastSource(machine)).toBe("the keychain");
      writeConfig(machine, JSON.stringify({ context: "work" }));
      await getWithout(machine, env);
      expect(lastSource(machine)).toBe("the keychain (context work)");
      expect((await getWithout(machine, { ...env, DIGITALOCEAN_CONTEXT: "HOME" })).code).toBe(0);
      expect(lastSource(machine)).toBe("the keychain (context home)");
      // docr does not replace a missing context by another one.
      const missing = await getWithout(machine, { ...env, DIGITALOCEAN_CONTEXT: "missing" });
      expect(missing).toMatchObject({ code: 1, stdout: NOT_FOUND });
    }),
  );

  it.concurrent(
    "comes from doctl's current context, or the one in DIGITALOCEAN_CONTEXT",
    onMachine(async (machine) => {
      const { account } = machine.standIn;
      const [first, second] = [account.addToken(), account.addToken()];
      const config = (context: string): string =>
        `access-token: ${first}\nauth-contexts:\n  Team: ${second}\ncontext: ${context}\noutput: text\n`;
      writeDoctl(machine, config("default"));
      const get = async (added: EnvironmentChanges = {}): Promise<readonly unknown[]> => {
        const outcome = await getWithout(machine, { ...machine.traced, ...added });
        return [machine.idOf(outcome), lastSource(machine)];
      };
      expect(await get()).toEqual([1, DOCTL]);
      expect(await get()).toEqual([1, DOCTL]);

      // As after `doctl auth switch`.
      writeDoctl(machine, config("Team"));
      expect(await get()).toEqual([2, "doctl's config (context team)"]);
      // The same content in a new file is no change.
      writeDoctl(machine, config("Team"));
      expect(await get()).toEqual([2, "doctl's config (context team)"]);
      expect(await get({ DIGITALOCEAN_CONTEXT: "default" })).toEqual([3, DOCTL]);
    }),
  );

  it.concurrent(
    "is missing after a logout in doctl, and docr does not return the credential that it minted",
    onMachine(async (machine) => {
      writeDoctl(machine, `access-token: ${machine.token}\n`);
      expect((await getWithout(machine)).code).toBe(0);
      writeDoctl(machine, 'access-token: ""\n');
      expect(await getWithout(machine)).toMatchObject({ code: 1, stdout: NOT_FOUND });
    }),
  );

  it.concurrent(
    "comes from the doctl configuration in DIGITALOCEAN_CONFIG or XDG_CONFIG_HOME",
    onMachine(async (machine) => {
      const path = join(machine.folder, "elsewhere.yaml");
      writeFileSync(path, `access-token: "${machine.token}"\n`);
      expect((await getWithout(machine, { DIGITALOCEAN_CONFIG: path })).code).toBe(0);
      const xdg = join(machine.folder, "xdg");
      mkdirSync(join(xdg, "doctl"), { recursive: true });
      writeFileSync(join(xdg, "doctl", "config.yaml"), `{access-token: ${machine.token}}`);
      expect((await getWithout(machine, { XDG_CONFIG_HOME: xdg, DOCR_CACHE: "none" })).code).toBe(0);
    }),
  );

  it.concurrent.each([
    [
      "another text as a token",
      "access-token: hunter2\n",
      /doctl's config \(context default\) does not contain/,
    ],
    ["no YAML", "access-token: {hunter2\n\t]", /doctl's config is not (?:valid )?YAML/],
  ])("is an error that names doctl's config with %s in it", async (_title, text, message) => {
    await onMachine(async (machine) => {
      writeDoctl(machine, text);
      const outcome = await getWithout(machine);
      expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
      expect(outcome.stderr).toMatch(message);
      expect(outcome.stderr).not.toContain("hunter2");
    })();
  });

  it.concurrent.each(["DIGITALOCEAN_ACCESS_TOKEN", "DIGITALOCEAN_TOKEN"])(
    "is an error that names %s if that is empty or malformed, even if later places have a token",
    async (name) => {
      await onMachine(async (machine) => {
        const later = { DIGITALOCEAN_ACCESS_TOKEN_FILE: writeTokenFile(machine, machine.token) };
        for (const text of ["", "   ", "hunter2", `${machine.token}0`, `${machine.token}\u00a0x`]) {
          const outcome = await getWithout(machine, { ...later, [name]: text });
          expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
          expect(outcome.stderr).toContain(`docr: ${name} `);
          expect(outcome.stderr).not.toMatch(/hunter2|[0-9a-f]{64}/);
        }
        expect(machine.standIn.calls).toEqual([]);
      })();
    },
  );
});

describe("a config file", () => {
  it.concurrent.each([
    ["is not JSON", "{"],
    ["is a list", "[]"],
    ["has an unknown field", '{"contxt":"work"}'],
    ["has a number as context", '{"context":7}'],
    ["has a context with an invalid name", '{"context":"../x"}'],
    ["has a registry with an invalid name", '{"contexts":{"ACME!":"work"}}'],
    ["has a list of contexts for a registry", '{"contexts":{"acme":["work"]}}'],
  ])("that %s is an error that names it, also with an API token in the environment", async (_title, text) => {
    await onMachine(async (machine) => {
      writeConfig(machine, text);
      const outcome = await machine.get();
      expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
      expect(outcome.stderr).toMatch(/docr\/config\.json/);
      expect(machine.standIn.calls).toEqual([]);
    })();
  });
});
