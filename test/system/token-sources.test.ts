import { chmodSync, chownSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { inventToken } from "../support/fakes/digitalocean-account.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoExecutable } from "../support/lab/executable.ts";
import { explainMissing, KEYRING, explainNotRoot, SYSTEM_PATH } from "../support/lab/parts.ts";
import { type Environment, type Outcome, runWell } from "../support/lab/run.ts";
import { CLEAN_FAILURE, summarizeFailure } from "../support/failure.ts";
import { HOST, loginFor } from "../support/requests.ts";
import { inSandbox, type Sandbox } from "./sandbox.ts";

const ACCOUNTS = { registries: ["acme", "my-own"] } as const;

/** The world's environment without an API token in it. */
function bare({ env }: Sandbox): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name !== "DIGITALOCEAN_ACCESS_TOKEN"));
}

/** A `get` with no API token in the environment but what is added. */
function getBare(sandbox: Sandbox, added: Environment = {}, stdin = HOST): Promise<Outcome> {
  return sandbox.run(["get"], { env: { ...bare(sandbox), ...added }, stdin });
}

function writeTokenFile(sandbox: Sandbox, text: string, mode = 0o600): string {
  const path = join(sandbox.folder, "token");
  writeFileSync(path, text, { mode });
  chmodSync(path, mode);
  return path;
}

function writeDoctl(sandbox: Sandbox, text: string): void {
  mkdirSync(join(sandbox.home, ".config", "doctl"), { recursive: true });
  // As doctl does it: whole.
  const path = join(sandbox.home, ".config", "doctl", "config.yaml");
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

function writeConfig(sandbox: Sandbox, text: string): void {
  mkdirSync(join(sandbox.home, ".config", "docr"), { recursive: true });
  writeFileSync(join(sandbox.home, ".config", "docr", "config.json"), text);
}

/** Where the last API token came from, as the trace has it. */
const lastSource = (sandbox: Sandbox): unknown =>
  sandbox.trace().findLast(({ event }) => event === "token")?.["source"];

const REFUSED_FILES: readonly {
  readonly title: string;
  readonly arrange: (sandbox: Sandbox) => string | Promise<string>;
  readonly says: RegExp;
}[] = [
  {
    title: "its group may write",
    arrange: (sandbox) => writeTokenFile(sandbox, sandbox.token, 0o620),
    says: /other users can write to the file in DIGITALOCEAN_ACCESS_TOKEN_FILE/,
  },
  {
    title: "everybody may write",
    arrange: (sandbox) => writeTokenFile(sandbox, sandbox.token, 0o602),
    says: /other users can write to the file in DIGITALOCEAN_ACCESS_TOKEN_FILE/,
  },
  {
    title: "is not there",
    arrange: (sandbox) => join(sandbox.folder, "missing"),
    says: /the file in DIGITALOCEAN_ACCESS_TOKEN_FILE cannot be read/,
  },
  {
    title: "is a folder",
    arrange: (sandbox) => sandbox.folder,
    says: /the file in DIGITALOCEAN_ACCESS_TOKEN_FILE is not a regular file/,
  },
  {
    title: "is a pipe that nobody writes to",
    arrange: async (sandbox) => {
      const path = join(sandbox.folder, "pipe");
      await runWell("mkfifo", ["-m", "600", path], { env: { PATH: SYSTEM_PATH } });
      return path;
    },
    says: /the file in DIGITALOCEAN_ACCESS_TOKEN_FILE is not a regular file/,
  },
  {
    title: "is far too large",
    arrange: (sandbox) => writeTokenFile(sandbox, "x".repeat(100_000)),
    says: /the file in DIGITALOCEAN_ACCESS_TOKEN_FILE is not a regular file/,
  },
  {
    title: "is empty",
    arrange: (sandbox) => writeTokenFile(sandbox, "\n"),
    says: /the file in DIGITALOCEAN_ACCESS_TOKEN_FILE is set but empty/,
  },
  {
    title: "holds something else",
    arrange: (sandbox) => writeTokenFile(sandbox, "hunter2"),
    says: /the file in DIGITALOCEAN_ACCESS_TOKEN_FILE does not contain a DigitalOcean API token/,
  },
];

describeUnless(explainNoExecutable(), "the API token from a file", () => {
  it.concurrent.each(["TOKEN", "TOKEN\n", "  TOKEN\r\n\n"])(
    "is taken without the space around it (%j)",
    async (text) => {
      await inSandbox({}, async (sandbox) => {
        const path = writeTokenFile(sandbox, text.replace("TOKEN", sandbox.token));
        const outcome = await getBare(sandbox, { DIGITALOCEAN_ACCESS_TOKEN_FILE: path });
        expect(outcome).toMatchObject({ code: 0, stderr: "" });
      })();
    },
  );

  it.concurrent(
    "is taken through a symbolic link, as mounted secrets are, and from a file that others may read",
    inSandbox({}, async (sandbox) => {
      const link = join(sandbox.folder, "link");
      symlinkSync(writeTokenFile(sandbox, sandbox.token, 0o644), link);
      expect((await getBare(sandbox, { DIGITALOCEAN_ACCESS_TOKEN_FILE: link })).code).toBe(0);
    }),
  );

  it.concurrent.each(REFUSED_FILES)(
    "is refused, naming the place, where the file $title",
    async ({ arrange, says }) => {
      await inSandbox({}, async (sandbox) => {
        const path = await arrange(sandbox);
        const outcome = await getBare(sandbox, { DIGITALOCEAN_ACCESS_TOKEN_FILE: path });
        expect(summarizeFailure(outcome, 5000)).toEqual(CLEAN_FAILURE);
        expect(outcome.stderr).toMatch(says);
        expect(outcome.stderr).not.toContain("hunter2");
        expect(sandbox.standIn.calls).toEqual([]);
      })();
    },
  );
});

describeUnless(explainNoExecutable() ?? explainNotRoot(), "the API token from somebody else's file", () => {
  it(
    "is refused",
    inSandbox({}, async (sandbox) => {
      const path = writeTokenFile(sandbox, sandbox.token);
      chownSync(path, 65534, 65534);
      const outcome = await getBare(sandbox, { DIGITALOCEAN_ACCESS_TOKEN_FILE: path });
      expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
      expect(outcome.stderr).toMatch(/other users can write to the file in DIGITALOCEAN_ACCESS_TOKEN_FILE/);
    }),
  );
});

/** In their order; each has a token of its own. */
const SOURCES = [
  "DIGITALOCEAN_ACCESS_TOKEN",
  "DIGITALOCEAN_TOKEN",
  "the file in DIGITALOCEAN_ACCESS_TOKEN_FILE",
  "the keychain",
  "doctl's config (context default)",
] as const;

const noKeyring = explainNoExecutable() ?? explainMissing(KEYRING);

describeUnless(noKeyring, "where the API token comes from", () => {
  it(
    "is the first place that has one, whatever the later ones hold",
    inSandbox({ keyring: true }, async (sandbox) => {
      const { account } = sandbox.standIn;
      for (const [first, source] of SOURCES.entries()) {
        // All places from `first` on hold a token, and only the first of them one that is any good.
        const tokens = SOURCES.map((_, index) => (index === first ? account.addToken() : inventToken()));
        const has = (name: (typeof SOURCES)[number]): boolean => SOURCES.indexOf(name) >= first;
        const tokenOf = (name: (typeof SOURCES)[number]): string => tokens[SOURCES.indexOf(name)] ?? "";
        if (has("the keychain")) {
          const kept = tokenOf("the keychain");
          const isGood = account.scopesOf(kept) !== undefined;
          account.addToken(undefined, kept);
          await sandbox.docr("store", { stdin: loginFor(HOST, "me", kept) });
          if (!isGood) account.removeToken(kept);
        } else {
          await sandbox.docr("erase", { stdin: HOST });
        }
        writeDoctl(sandbox, `access-token: ${tokenOf("doctl's config (context default)")}\n`);
        const env = {
          ...sandbox.traced,
          DOCR_CACHE: "none",
          ...(has("DIGITALOCEAN_ACCESS_TOKEN") && {
            DIGITALOCEAN_ACCESS_TOKEN: tokenOf("DIGITALOCEAN_ACCESS_TOKEN"),
          }),
          ...(has("DIGITALOCEAN_TOKEN") && { DIGITALOCEAN_TOKEN: tokenOf("DIGITALOCEAN_TOKEN") }),
          ...(has("the file in DIGITALOCEAN_ACCESS_TOKEN_FILE") && {
            DIGITALOCEAN_ACCESS_TOKEN_FILE: writeTokenFile(
              sandbox,
              tokenOf("the file in DIGITALOCEAN_ACCESS_TOKEN_FILE"),
            ),
          }),
        };
        expect([source, (await getBare(sandbox, env)).code]).toEqual([source, 0]);
        expect(lastSource(sandbox)).toBe(source);
      }
    }),
  );

  it(
    "is the keychain's context for each registry, side by side, where the client sends the path",
    inSandbox({ keyring: true, ...ACCOUNTS }, async (sandbox) => {
      const { account } = sandbox.standIn;
      const tokens = { work: account.addToken(), home: account.addToken() };
      for (const [context, secret] of Object.entries(tokens)) {
        const stored = await sandbox.docr("store", {
          stdin: loginFor(HOST, "me", secret),
          env: { DIGITALOCEAN_CONTEXT: context },
        });
        expect(stored).toMatchObject({ code: 0, stderr: "" });
      }
      writeConfig(sandbox, JSON.stringify({ contexts: { acme: "work", "my-own": "Home" } }));
      const get = (path: string): Promise<Outcome> => getBare(sandbox, sandbox.traced, `${HOST}${path}`);
      expect((await get("/acme/app")).code).toBe(0);
      expect(lastSource(sandbox)).toBe("the keychain (context work)");
      expect((await get("/my-own")).code).toBe(0);
      expect(lastSource(sandbox)).toBe("the keychain (context home)");
      expect(account.minted.map(({ registry }) => registry)).toEqual(["acme", "my-own"]);
      // Both are kept.
      expect([sandbox.idOf(await get("/acme/app")), sandbox.idOf(await get("/my-own"))]).toEqual([1, 2]);

      // Each fails for itself.
      account.removeToken(tokens.home);
      const other = await getBare(
        sandbox,
        { ...sandbox.traced, DOCR_ACCESS: "read-write" },
        `${HOST}/my-own`,
      );
      expect(summarizeFailure(other)).toEqual(CLEAN_FAILURE);
      expect(other.stderr).toMatch(/from the keychain \(context home\)/);
      expect((await getBare(sandbox, { DOCR_ACCESS: "read-write" }, `${HOST}/acme`)).code).toBe(0);
    }),
  );

  it(
    "is, for the bare host, the context that DIGITALOCEAN_CONTEXT names, else the config file's, else the default one",
    inSandbox({ keyring: true }, async (sandbox) => {
      for (const context of ["", "work", "home"]) {
        const stdin = loginFor(HOST, "me", sandbox.standIn.account.addToken());
        await sandbox.docr("store", { stdin, env: context === "" ? {} : { DIGITALOCEAN_CONTEXT: context } });
      }
      const env = { ...sandbox.traced, DOCR_CACHE: "none" };
      await getBare(sandbox, env);
      expect(lastSource(sandbox)).toBe("the keychain");
      writeConfig(sandbox, JSON.stringify({ context: "work" }));
      await getBare(sandbox, env);
      expect(lastSource(sandbox)).toBe("the keychain (context work)");
      expect((await getBare(sandbox, { ...env, DIGITALOCEAN_CONTEXT: "HOME" })).code).toBe(0);
      expect(lastSource(sandbox)).toBe("the keychain (context home)");
      // One that is not there is not another one.
      const missing = await getBare(sandbox, { ...env, DIGITALOCEAN_CONTEXT: "nobody" });
      expect(missing).toMatchObject({ code: 1, stdout: "credentials not found in native keychain\n" });
    }),
  );

  it(
    "is doctl's config: its default context, the one it has switched to, or the one that is named",
    inSandbox({ keyring: true }, async (sandbox) => {
      const { account } = sandbox.standIn;
      const [first, second] = [account.addToken(), account.addToken()];
      const config = (context: string): string =>
        `access-token: ${first}\nauth-contexts:\n  Team: ${second}\ncontext: ${context}\noutput: text\n`;
      writeDoctl(sandbox, config("default"));
      const get = (added: Environment = {}): Promise<Outcome> =>
        getBare(sandbox, { ...sandbox.traced, ...added });
      expect(sandbox.idOf(await get())).toBe(1);
      expect(lastSource(sandbox)).toBe("doctl's config (context default)");
      expect(sandbox.idOf(await get())).toBe(1);

      // doctl auth switch
      writeDoctl(sandbox, config("Team"));
      expect(sandbox.idOf(await get())).toBe(2);
      expect(lastSource(sandbox)).toBe("doctl's config (context team)");
      expect(sandbox.idOf(await get())).toBe(2);

      // The file written again as it was is no change.
      writeDoctl(sandbox, config("Team"));
      expect(sandbox.idOf(await get())).toBe(2);
      expect(sandbox.idOf(await get({ DIGITALOCEAN_CONTEXT: "default" }))).toBe(3);
      expect(lastSource(sandbox)).toBe("doctl's config (context default)");
    }),
  );

  it(
    "is no more doctl's where doctl has logged out, and a credential from then is not answered",
    inSandbox({ keyring: true }, async (sandbox) => {
      writeDoctl(sandbox, `access-token: ${sandbox.token}\n`);
      expect((await getBare(sandbox)).code).toBe(0);
      writeDoctl(sandbox, 'access-token: ""\n');
      expect(await getBare(sandbox)).toMatchObject({
        code: 1,
        stdout: "credentials not found in native keychain\n",
        stderr: "",
      });
    }),
  );

  it(
    "is found where doctl is told to look",
    inSandbox({ keyring: true }, async (sandbox) => {
      const path = join(sandbox.folder, "elsewhere.yaml");
      writeFileSync(path, `access-token: "${sandbox.token}"\n`);
      expect((await getBare(sandbox, { DIGITALOCEAN_CONFIG: path })).code).toBe(0);
      const xdg = join(sandbox.folder, "xdg");
      mkdirSync(join(xdg, "doctl"), { recursive: true });
      writeFileSync(join(xdg, "doctl", "config.yaml"), `{access-token: ${sandbox.token}}`);
      expect((await getBare(sandbox, { XDG_CONFIG_HOME: xdg, DOCR_CACHE: "none" })).code).toBe(0);
    }),
  );

  it.each([
    [
      "a token that is none",
      "access-token: hunter2\n",
      /doctl's config \(context default\) does not contain/,
    ],
    ["no YAML", "access-token: {hunter2\n\t]", /doctl's config is not valid YAML/],
  ])("is an error that names doctl's config where that holds %s", async (_title, text, says) => {
    await inSandbox({ keyring: true }, async (sandbox) => {
      writeDoctl(sandbox, text);
      const outcome = await getBare(sandbox);
      expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
      expect(outcome.stderr).toMatch(says);
      expect(outcome.stderr).not.toContain("hunter2");
    })();
  });
});

describeUnless(explainNoExecutable(), "what the environment and the config file say", () => {
  it.concurrent.each(["DIGITALOCEAN_ACCESS_TOKEN", "DIGITALOCEAN_TOKEN"])(
    "%s that is empty or malformed is an error that names it, and no later place is asked",
    async (name) => {
      await inSandbox({}, async (sandbox) => {
        const later = { DIGITALOCEAN_ACCESS_TOKEN_FILE: writeTokenFile(sandbox, sandbox.token) };
        for (const text of ["", "   ", "hunter2", `${sandbox.token}0`, `${sandbox.token}\u00a0x`]) {
          const outcome = await getBare(sandbox, { ...later, [name]: text });
          expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
          expect(outcome.stderr).toContain(`docr: ${name} `);
          expect(outcome.stderr).not.toMatch(/hunter2|[0-9a-f]{64}/);
        }
        expect(sandbox.standIn.calls).toEqual([]);
      })();
    },
  );

  it.concurrent.each([
    ["is no JSON", "{"],
    ["is a list", "[]"],
    ["has a field that is not ours", '{"contxt":"work"}'],
    ["has a context that is a number", '{"context":7}'],
    ["names a context that can be none", '{"context":"../x"}'],
    ["maps a registry that can be none", '{"contexts":{"ACME!":"work"}}'],
    ["maps to something else than names", '{"contexts":{"acme":["work"]}}'],
  ])(
    "a config file that %s is an error that names it, whatever the environment holds",
    async (_title, text) => {
      await inSandbox({}, async (sandbox) => {
        writeConfig(sandbox, text);
        const outcome = await sandbox.get();
        expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
        expect(outcome.stderr).toMatch(/docr\/config\.json/);
        expect(sandbox.standIn.calls).toEqual([]);
      })();
    },
  );
});
