import { chmodSync, chownSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { inventToken } from "../support/fakes/digitalocean-account.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoExecutable } from "../support/lab/executable.ts";
import { explainMissing, KEYRING, explainNotRoot, SYSTEM_PATH } from "../support/lab/parts.ts";
import { type Environment, type Outcome, runWell } from "../support/lab/run.ts";
import { CLEAN_FAILURE, lookAt } from "../support/failure.ts";
import { HOST, inWorld, loginTo, type World } from "./world.ts";

const ACCOUNTS = { registries: ["acme", "my-own"] } as const;

/** The world's environment without an API token in it. */
function bare({ env }: World): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name !== "DIGITALOCEAN_ACCESS_TOKEN"));
}

/** A `get` with no API token in the environment but what is added. */
function getBare(world: World, added: Environment = {}, stdin = HOST): Promise<Outcome> {
  return world.run(["get"], { env: { ...bare(world), ...added }, stdin });
}

function writeTokenFile(world: World, text: string, mode = 0o600): string {
  const path = join(world.folder, "token");
  writeFileSync(path, text, { mode });
  chmodSync(path, mode);
  return path;
}

function writeDoctl(world: World, text: string): void {
  mkdirSync(join(world.home, ".config", "doctl"), { recursive: true });
  // As doctl does it: whole.
  const path = join(world.home, ".config", "doctl", "config.yaml");
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

function writeConfig(world: World, text: string): void {
  mkdirSync(join(world.home, ".config", "docr"), { recursive: true });
  writeFileSync(join(world.home, ".config", "docr", "config.json"), text);
}

/** Where the last API token came from, as the trace has it. */
const lastSource = (world: World): unknown =>
  world.trace().findLast(({ event }) => event === "token")?.["source"];

const REFUSED_FILES: readonly {
  readonly title: string;
  readonly arrange: (world: World) => string | Promise<string>;
  readonly says: RegExp;
}[] = [
  {
    title: "its group may write",
    arrange: (world) => writeTokenFile(world, world.token, 0o620),
    says: /other users can write to the file in DIGITALOCEAN_ACCESS_TOKEN_FILE/,
  },
  {
    title: "everybody may write",
    arrange: (world) => writeTokenFile(world, world.token, 0o602),
    says: /other users can write to the file in DIGITALOCEAN_ACCESS_TOKEN_FILE/,
  },
  {
    title: "is not there",
    arrange: (world) => join(world.folder, "missing"),
    says: /the file in DIGITALOCEAN_ACCESS_TOKEN_FILE cannot be read/,
  },
  {
    title: "is a folder",
    arrange: (world) => world.folder,
    says: /the file in DIGITALOCEAN_ACCESS_TOKEN_FILE is not a regular file/,
  },
  {
    title: "is a pipe that nobody writes to",
    arrange: async (world) => {
      const path = join(world.folder, "pipe");
      await runWell("mkfifo", ["-m", "600", path], { env: { PATH: SYSTEM_PATH } });
      return path;
    },
    says: /the file in DIGITALOCEAN_ACCESS_TOKEN_FILE is not a regular file/,
  },
  {
    title: "is far too large",
    arrange: (world) => writeTokenFile(world, "x".repeat(100_000)),
    says: /the file in DIGITALOCEAN_ACCESS_TOKEN_FILE is not a regular file/,
  },
  {
    title: "is empty",
    arrange: (world) => writeTokenFile(world, "\n"),
    says: /the file in DIGITALOCEAN_ACCESS_TOKEN_FILE is set but empty/,
  },
  {
    title: "holds something else",
    arrange: (world) => writeTokenFile(world, "hunter2"),
    says: /the file in DIGITALOCEAN_ACCESS_TOKEN_FILE does not contain a DigitalOcean API token/,
  },
];

describeUnless(explainNoExecutable(), "the API token from a file", () => {
  it.concurrent.each(["TOKEN", "TOKEN\n", "  TOKEN\r\n\n"])(
    "is taken without the space around it (%j)",
    async (text) => {
      await inWorld({}, async (world) => {
        const path = writeTokenFile(world, text.replace("TOKEN", world.token));
        const outcome = await getBare(world, { DIGITALOCEAN_ACCESS_TOKEN_FILE: path });
        expect(outcome).toMatchObject({ code: 0, stderr: "" });
      })();
    },
  );

  it.concurrent(
    "is taken through a symbolic link, as mounted secrets are, and from a file that others may read",
    inWorld({}, async (world) => {
      const link = join(world.folder, "link");
      symlinkSync(writeTokenFile(world, world.token, 0o644), link);
      expect((await getBare(world, { DIGITALOCEAN_ACCESS_TOKEN_FILE: link })).code).toBe(0);
    }),
  );

  it.concurrent.each(REFUSED_FILES)(
    "is refused, naming the place, where the file $title",
    async ({ arrange, says }) => {
      await inWorld({}, async (world) => {
        const path = await arrange(world);
        const outcome = await getBare(world, { DIGITALOCEAN_ACCESS_TOKEN_FILE: path });
        expect(lookAt(outcome, 5000)).toEqual(CLEAN_FAILURE);
        expect(outcome.stderr).toMatch(says);
        expect(outcome.stderr).not.toContain("hunter2");
        expect(world.standIn.calls).toEqual([]);
      })();
    },
  );
});

describeUnless(explainNoExecutable() ?? explainNotRoot(), "the API token from somebody else's file", () => {
  it(
    "is refused",
    inWorld({}, async (world) => {
      const path = writeTokenFile(world, world.token);
      chownSync(path, 65534, 65534);
      const outcome = await getBare(world, { DIGITALOCEAN_ACCESS_TOKEN_FILE: path });
      expect(lookAt(outcome)).toEqual(CLEAN_FAILURE);
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
    inWorld({ keyring: true }, async (world) => {
      const { account } = world.standIn;
      for (const [first, source] of SOURCES.entries()) {
        // All places from `first` on hold a token, and only the first of them one that is any good.
        const tokens = SOURCES.map((_, index) => (index === first ? account.addToken() : inventToken()));
        const has = (name: (typeof SOURCES)[number]): boolean => SOURCES.indexOf(name) >= first;
        const tokenOf = (name: (typeof SOURCES)[number]): string => tokens[SOURCES.indexOf(name)] ?? "";
        if (has("the keychain")) {
          const kept = tokenOf("the keychain");
          const isGood = account.scopesOf(kept) !== undefined;
          account.addToken(undefined, kept);
          await world.docr("store", { stdin: loginTo(HOST, "me", kept) });
          if (!isGood) account.removeToken(kept);
        } else {
          await world.docr("erase", { stdin: HOST });
        }
        writeDoctl(world, `access-token: ${tokenOf("doctl's config (context default)")}\n`);
        const env = {
          ...world.traced,
          DOCR_CACHE: "none",
          ...(has("DIGITALOCEAN_ACCESS_TOKEN") && {
            DIGITALOCEAN_ACCESS_TOKEN: tokenOf("DIGITALOCEAN_ACCESS_TOKEN"),
          }),
          ...(has("DIGITALOCEAN_TOKEN") && { DIGITALOCEAN_TOKEN: tokenOf("DIGITALOCEAN_TOKEN") }),
          ...(has("the file in DIGITALOCEAN_ACCESS_TOKEN_FILE") && {
            DIGITALOCEAN_ACCESS_TOKEN_FILE: writeTokenFile(
              world,
              tokenOf("the file in DIGITALOCEAN_ACCESS_TOKEN_FILE"),
            ),
          }),
        };
        expect([source, (await getBare(world, env)).code]).toEqual([source, 0]);
        expect(lastSource(world)).toBe(source);
      }
    }),
  );

  it(
    "is the keychain's context for each registry, side by side, where the client sends the path",
    inWorld({ keyring: true, ...ACCOUNTS }, async (world) => {
      const { account } = world.standIn;
      const tokens = { work: account.addToken(), home: account.addToken() };
      for (const [context, secret] of Object.entries(tokens)) {
        const stored = await world.docr("store", {
          stdin: loginTo(HOST, "me", secret),
          env: { DIGITALOCEAN_CONTEXT: context },
        });
        expect(stored).toMatchObject({ code: 0, stderr: "" });
      }
      writeConfig(world, JSON.stringify({ contexts: { acme: "work", "my-own": "Home" } }));
      const get = (path: string): Promise<Outcome> => getBare(world, world.traced, `${HOST}${path}`);
      expect((await get("/acme/app")).code).toBe(0);
      expect(lastSource(world)).toBe("the keychain (context work)");
      expect((await get("/my-own")).code).toBe(0);
      expect(lastSource(world)).toBe("the keychain (context home)");
      expect(account.minted.map(({ registry }) => registry)).toEqual(["acme", "my-own"]);
      // Both are kept.
      expect([world.idOf(await get("/acme/app")), world.idOf(await get("/my-own"))]).toEqual([1, 2]);

      // Each fails for itself.
      account.removeToken(tokens.home);
      const other = await getBare(world, { ...world.traced, DOCR_ACCESS: "read-write" }, `${HOST}/my-own`);
      expect(lookAt(other)).toEqual(CLEAN_FAILURE);
      expect(other.stderr).toMatch(/from the keychain \(context home\)/);
      expect((await getBare(world, { DOCR_ACCESS: "read-write" }, `${HOST}/acme`)).code).toBe(0);
    }),
  );

  it(
    "is, for the bare host, the context that DIGITALOCEAN_CONTEXT names, else the config file's, else the default one",
    inWorld({ keyring: true }, async (world) => {
      for (const context of ["", "work", "home"]) {
        const stdin = loginTo(HOST, "me", world.standIn.account.addToken());
        await world.docr("store", { stdin, env: context === "" ? {} : { DIGITALOCEAN_CONTEXT: context } });
      }
      const env = { ...world.traced, DOCR_CACHE: "none" };
      await getBare(world, env);
      expect(lastSource(world)).toBe("the keychain");
      writeConfig(world, JSON.stringify({ context: "work" }));
      await getBare(world, env);
      expect(lastSource(world)).toBe("the keychain (context work)");
      expect((await getBare(world, { ...env, DIGITALOCEAN_CONTEXT: "HOME" })).code).toBe(0);
      expect(lastSource(world)).toBe("the keychain (context home)");
      // One that is not there is not another one.
      const missing = await getBare(world, { ...env, DIGITALOCEAN_CONTEXT: "nobody" });
      expect(missing).toMatchObject({ code: 1, stdout: "credentials not found in native keychain\n" });
    }),
  );

  it(
    "is doctl's config: its default context, the one it has switched to, or the one that is named",
    inWorld({ keyring: true }, async (world) => {
      const { account } = world.standIn;
      const [first, second] = [account.addToken(), account.addToken()];
      const config = (context: string): string =>
        `access-token: ${first}\nauth-contexts:\n  Team: ${second}\ncontext: ${context}\noutput: text\n`;
      writeDoctl(world, config("default"));
      const get = (added: Environment = {}): Promise<Outcome> =>
        getBare(world, { ...world.traced, ...added });
      expect(world.idOf(await get())).toBe(1);
      expect(lastSource(world)).toBe("doctl's config (context default)");
      expect(world.idOf(await get())).toBe(1);

      // doctl auth switch
      writeDoctl(world, config("Team"));
      expect(world.idOf(await get())).toBe(2);
      expect(lastSource(world)).toBe("doctl's config (context team)");
      expect(world.idOf(await get())).toBe(2);

      // The file written again as it was is no change.
      writeDoctl(world, config("Team"));
      expect(world.idOf(await get())).toBe(2);
      expect(world.idOf(await get({ DIGITALOCEAN_CONTEXT: "default" }))).toBe(3);
      expect(lastSource(world)).toBe("doctl's config (context default)");
    }),
  );

  it(
    "is no more doctl's where doctl has logged out, and a credential from then is not answered",
    inWorld({ keyring: true }, async (world) => {
      writeDoctl(world, `access-token: ${world.token}\n`);
      expect((await getBare(world)).code).toBe(0);
      writeDoctl(world, 'access-token: ""\n');
      expect(await getBare(world)).toMatchObject({
        code: 1,
        stdout: "credentials not found in native keychain\n",
        stderr: "",
      });
    }),
  );

  it(
    "is found where doctl is told to look",
    inWorld({ keyring: true }, async (world) => {
      const path = join(world.folder, "elsewhere.yaml");
      writeFileSync(path, `access-token: "${world.token}"\n`);
      expect((await getBare(world, { DIGITALOCEAN_CONFIG: path })).code).toBe(0);
      const xdg = join(world.folder, "xdg");
      mkdirSync(join(xdg, "doctl"), { recursive: true });
      writeFileSync(join(xdg, "doctl", "config.yaml"), `{access-token: ${world.token}}`);
      expect((await getBare(world, { XDG_CONFIG_HOME: xdg, DOCR_CACHE: "none" })).code).toBe(0);
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
    await inWorld({ keyring: true }, async (world) => {
      writeDoctl(world, text);
      const outcome = await getBare(world);
      expect(lookAt(outcome)).toEqual(CLEAN_FAILURE);
      expect(outcome.stderr).toMatch(says);
      expect(outcome.stderr).not.toContain("hunter2");
    })();
  });
});

describeUnless(explainNoExecutable(), "what the environment and the config file say", () => {
  it.concurrent.each(["DIGITALOCEAN_ACCESS_TOKEN", "DIGITALOCEAN_TOKEN"])(
    "%s that is empty or malformed is an error that names it, and no later place is asked",
    async (name) => {
      await inWorld({}, async (world) => {
        const later = { DIGITALOCEAN_ACCESS_TOKEN_FILE: writeTokenFile(world, world.token) };
        for (const text of ["", "   ", "hunter2", `${world.token}0`, `${world.token}\u00a0x`]) {
          const outcome = await getBare(world, { ...later, [name]: text });
          expect(lookAt(outcome)).toEqual(CLEAN_FAILURE);
          expect(outcome.stderr).toContain(`docr: ${name} `);
          expect(outcome.stderr).not.toMatch(/hunter2|[0-9a-f]{64}/);
        }
        expect(world.standIn.calls).toEqual([]);
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
      await inWorld({}, async (world) => {
        writeConfig(world, text);
        const outcome = await world.get();
        expect(lookAt(outcome)).toEqual(CLEAN_FAILURE);
        expect(outcome.stderr).toMatch(/docr\/config\.json/);
        expect(world.standIn.calls).toEqual([]);
      })();
    },
  );
});
