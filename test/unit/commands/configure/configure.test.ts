import { chmodSync } from "node:fs";
import { join, relative } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Environment } from "../../../../src/core/machine.ts";
import type { Files } from "../../../../src/client-config/edit/files.ts";
import { configureCommand } from "../../../../src/commands/configure/configure.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { unconfigureCommand } from "../../../../src/commands/configure/unconfigure.ts";
import { type ConfiguredHome, createConfiguredHome } from "../../../support/fakes/configured-home.ts";
import { tokenOf } from "../../../support/fakes/credentials-bench.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { runOn } from "../../../support/fakes/command-bench.ts";

const DOCKER = ".docker/config.json";
const PODMAN = ".config/containers/auth.json";
const DROP_IN = ".config/containers/registries.conf.d/99-docr.conf";
const DOCR_CONFIG = ".config/docr/config.json";
const RECORD = ".config/docr/configured.json";
const HOST = "registry.digitalocean.com";

const DESKTOP =
  '{\n\t"auths": {\n\t\t"ghcr.io": {}\n\t},\n\t"credsStore": "desktop",\n\t"features": {\n\t\t"hooks": "true"\n\t}\n}';

interface Options {
  readonly global?: boolean;
  readonly client?: "docker" | "podman" | "all";
  readonly dryRun?: boolean;
}
const configure = ({ context }: Pick<ConfiguredHome, "context">, options: Options = {}) =>
  runOn(context, configureCommand, options);
const unconfigure = ({ context }: Pick<ConfiguredHome, "context">, options: Options = {}) =>
  runOn(context, unconfigureCommand, options);
/** The home with other files. */
const withFiles = ({ context }: ConfiguredHome, files: Files) => ({
  context: { ...context, files: async () => files },
});
/** The home with these variables too. */
const withEnv = ({ context }: ConfiguredHome, more: Environment) => {
  const { machine } = context;
  return { context: { ...context, machine: { ...machine, env: { ...machine.env, ...more } } } };
};
const auth = (username: string, password: string): { readonly auth: string } => ({
  auth: Buffer.from(`${username}:${password}`).toString("base64"),
});
const parsed = (text: string | undefined): unknown => JSON.parse(text ?? "null");

describe("docr configure", () => {
  it("sets docr up in docker's file for DigitalOcean's registry, preserves the rest, and makes a backup", async () => {
    const home = createConfiguredHome();
    home.write(DOCKER, DESKTOP);
    const { text, json } = await configure(home);
    expect(text).toBe(`~/${DOCKER}: set credHelpers["${HOST}"] to docr; backup: ~/${DOCKER}.docr-backup\n`);
    expect(json).toEqual({
      dryRun: false,
      files: [
        {
          path: join(home.home, DOCKER),
          change: "changed",
          backup: join(home.home, `${DOCKER}.docr-backup`),
        },
      ],
      moved: [],
      remarks: [],
    });
    expect(home.read(DOCKER)).toBe(
      DESKTOP.replace(/\n\}$/, `,\n\t"credHelpers": {\n\t\t"${HOST}": "docr"\n\t}\n}`),
    );
    expect(home.read(`${DOCKER}.docr-backup`)).toBe(DESKTOP);
    expect(home.read(PODMAN)).toBe(undefined);
  });

  it("sets docr up for every registry with --global, with the current helper as fallback", async () => {
    const home = createConfiguredHome();
    home.write(DOCKER, DESKTOP);
    const { text } = await configure(home, { global: true });
    expect(text).toBe(
      `~/${DOCR_CONFIG}: set fallback to desktop\n~/${DOCKER}: changed credsStore from desktop to docr; backup: ~/${DOCKER}.docr-backup\n`,
    );
    expect(home.read(DOCKER)).toBe(DESKTOP.replace("desktop", "docr"));
    expect(parsed(home.read(DOCR_CONFIG))).toEqual({ fallback: "desktop" });
  });

  it("keeps docker's default helper, which docker uses only while its file names no helper", async () => {
    for (const global of [false, true]) {
      const home = createConfiguredHome();
      home.install("pass");
      home.install("docker-credential-pass");
      await configure(home, { global });
      const expected = global
        ? { credsStore: "docr" }
        : { credHelpers: { [HOST]: "docr" }, credsStore: "pass" };
      expect(parsed(home.read(DOCKER))).toEqual(expected);
      expect(home.read(DOCR_CONFIG)).toBe(global ? '{\n\t"fallback": "pass"\n}' : undefined);
    }
  });

  it("replaces another helper for DigitalOcean's registry, and an empty one", async () => {
    for (const helper of ["secretservice", ""]) {
      for (const global of [false, true]) {
        const home = createConfiguredHome();
        home.write(DOCKER, JSON.stringify({ credHelpers: { [HOST]: helper }, credsStore: "docr" }));
        await configure(home, { global });
        expect(parsed(home.read(DOCKER))).toEqual({ credHelpers: { [HOST]: "docr" }, credsStore: "docr" });
      }
    }
  });

  it("changes nothing the second time, nor if credsStore is docr already", async () => {
    const home = createConfiguredHome();
    home.write(DOCKER, '{"credsStore":"docr"}');
    const expected = `~/${DOCKER}: nothing to change\n`;
    expect((await configure(home)).text).toBe(expected);
    expect((await configure(home, { global: true })).text).toBe(expected);
    expect(home.all()).toEqual({ [DOCKER]: '{"credsStore":"docr"}' });

    home.write(DOCKER, DESKTOP);
    await configure(home);
    const first = home.all();
    expect((await configure(home)).text).toBe(expected);
    expect(home.all()).toEqual(first);
  });

  it("sets docr up in each of podman's auth.json files, and creates the persistent one if there is none", async () => {
    const runtime = createConfiguredHome().home;
    const home = createConfiguredHome({ env: { XDG_RUNTIME_DIR: runtime } });
    home.install("skopeo");
    await configure(home);
    expect(parsed(home.read(PODMAN))).toEqual({ credHelpers: { [HOST]: "docr" } });
    expect(home.read(DOCKER)).toBe(undefined);

    home.write(`${runtime}/containers/auth.json`, '{"auths": {}}');
    const { text } = await configure(home, { client: "podman" });
    expect(text.split("\n")).toEqual([
      `${runtime}/containers/auth.json: set credHelpers["${HOST}"] to docr; backup: ${runtime}/containers/auth.json.docr-backup`,
      `~/${PODMAN}: nothing to change`,
      "",
    ]);
  });

  it("changes only the files that REGISTRY_AUTH_FILE and DOCKER_CONFIG name", async () => {
    const elsewhere = createConfiguredHome().home;
    const env = { REGISTRY_AUTH_FILE: `${elsewhere}/auth.json`, DOCKER_CONFIG: `${elsewhere}/docker` };
    const home = createConfiguredHome({ env });
    const { json } = await configure(home, { client: "all" });
    expect(json).toMatchObject({
      files: [{ path: `${elsewhere}/docker/config.json` }, { path: `${elsewhere}/auth.json` }],
    });
    expect(Object.keys(home.all())).toEqual([RECORD]);
  });

  it("resolves a relative path against the working directory", async () => {
    const home = createConfiguredHome();
    const [folder, file] = ["docker", "auth.json"].map((name) => relative(".", join(home.home, name)));
    const there = withEnv(home, { DOCKER_CONFIG: folder, REGISTRY_AUTH_FILE: file });
    await configure(there, { client: "all" });
    expect(Object.keys(home.all())).toEqual([RECORD, "auth.json", "docker/config.json"]);
    await unconfigure(home);
    expect(home.all()).toEqual({});
  });

  it("makes podman ask docr first for every registry with --global, then the current helpers", async () => {
    const home = createConfiguredHome();
    home.write(
      ".config/containers/registries.conf",
      'credential-helpers = ["pass", "containers-auth.json"]\n',
    );
    const { text } = await configure(home, { client: "podman", global: true });
    expect(text).toBe(`~/${DROP_IN}: podman asks docr first, then pass, containers-auth.json\n`);
    expect(home.read(DROP_IN)).toBe(
      '# Written by docr configure --global; docr unconfigure removes it.\ncredential-helpers = ["docr", "pass", "containers-auth.json"]\n',
    );
    expect((await configure(home, { client: "podman", global: true })).text).toBe(
      `~/${DROP_IN}: nothing to change\n`,
    );
    expect((await configure(home, { client: "podman" })).text).toBe(`~/${PODMAN}: nothing to change\n`);
  });

  it("shows the changes as a diff without secrets with --dry-run, and makes none", async () => {
    const home = createConfiguredHome();
    home.write(DOCKER, '{\n  "auths": {\n    "ghcr.io": {\n      "auth": "c2VjcmV0"\n    }\n  }\n}\n');
    const before = home.all();
    const { text, json } = await configure(home, { dryRun: true });
    expect(text).toBe(`--- ~/${DOCKER}
+++ ~/${DOCKER}
@@ -3,5 +3,8 @@
     "ghcr.io": {
       "auth": "…"
     }
+  },
+  "credHelpers": {
+    "${HOST}": "docr"
   }
 }
`);
    expect(json).toMatchObject({ dryRun: true, files: [{ change: "changed", diff: text }] });
    expect(home.all()).toEqual(before);
    home.write(DOCKER, '{"credsStore":"docr"}');
    expect((await configure(home, { dryRun: true })).text).toBe("nothing would change\n");
  });

  it("warns about logins that clients no longer read, and about what prevents clients from asking docr", async () => {
    const home = createConfiguredHome({ apiToken: tokenOf("a") });
    const auths = { [HOST]: auth("a", "b"), "ghcr.io": auth("a", "b"), "quay.io": {} };
    // docker reads neither, because it asks its helper.
    home.write(DOCKER, JSON.stringify({ auths, credsStore: "pass" }));
    await configure(home);
    await configure(home, { global: true });
    const still = (hosts: string): string =>
      `~/${DOCKER} still holds the login for ${hosts}, which clients no longer read; run docr migrate to move it to docr's store`;
    expect(home.warnings).toEqual([still(HOST), still(`${HOST}, ghcr.io`)]);

    const marked = createConfiguredHome({ env: { PATH: "/nowhere" } });
    marked.write(DOCKER, "\uFEFF{}");
    await configure(marked);
    expect(marked.warnings).toEqual([
      `docker and podman ignore ~/${DOCKER} because it begins with a byte order mark`,
      "docker-credential-docr is not on the PATH, so clients cannot find it",
    ]);
  });

  it("warns about docker's snap, which cannot run docr, and leaves its file", async () => {
    const home = createConfiguredHome();
    const snap = "snap/docker/current/.docker/config.json";
    home.write(snap, "{}");
    const warning = `the docker snap reads ~/${snap} and cannot run credential helpers, so it does not ask docr; install docker as a package, or put a login into that file: docr credentials --format docker-config`;
    await configure(home, { client: "docker", dryRun: true });
    await configure(home, { client: "docker" });
    expect(home.warnings).toEqual([warning, warning]);
    expect(home.read(snap)).toBe("{}");
    await configure(home, { client: "podman" });
    expect(home.warnings).toHaveLength(2);
  });

  it("warns if a client finds a login for DigitalOcean's registry first", async () => {
    const variable = JSON.stringify({ auths: { [HOST]: { auth: "YTpi" } } });
    const home = createConfiguredHome({ env: { DOCKER_AUTH_CONFIG: variable } });
    await configure(home, { client: "podman" });
    expect(home.warnings).toEqual([]);
    await configure(home, { client: "docker" });
    expect(home.warnings).toEqual([
      `docker uses the login for ${HOST} in DOCKER_AUTH_CONFIG and does not ask docr for it`,
    ]);
  });

  it.each([
    ["client-config: ~/.docker/config.json is not valid JSON (line 1)", '{"auths": '],
    ["client-config: ~/.docker/config.json has comments, which no client accepts", "{} // mine"],
    ["client-config: ~/.docker/config.json is not a JSON object", "[]"],
    ["client-config: credsStore in ~/.docker/config.json is not a helper's name", '{"credsStore": {}}'],
    [
      "client-config: auths in ~/.docker/config.json has an entry that is not a login",
      '{"auths": {"ghcr.io": "s3cret"}}',
    ],
    [
      "client-config: credsStore in ~/.docker/config.json is not a helper's name",
      '{"credsStore": "../evil"}',
    ],
  ])("fails with %s, and changes nothing", async (message, content) => {
    const home = createConfiguredHome();
    home.write(DOCKER, content);
    const failure = await failureOf(() => configure(home, { global: true }));
    expect(`${failure.code}: ${failure.message}`).toBe(message);
    expect(home.all()).toEqual({ [DOCKER]: content });
  });

  it("changes no file if one of them is read-only", async () => {
    const home = createConfiguredHome();
    home.write(DOCKER, DESKTOP);
    home.write(PODMAN, "{}");
    chmodSync(join(home.home, PODMAN), 0o400);
    const before = home.all();
    for (const dryRun of [true, false]) {
      expect(await failureOf(() => configure(home, { client: "all", dryRun }))).toEqual({
        code: "client-config",
        message: `~/${PODMAN} is read-only`,
      });
    }
    expect(home.all()).toEqual(before);
  });

  it("restores the first files if a later one fails", async () => {
    const home = createConfiguredHome();
    home.write(DOCKER, DESKTOP);
    home.write(PODMAN, "{}");
    const real = await home.context.files();
    const failing: Files = {
      ...real,
      replace(file, text) {
        if (file.path.endsWith(PODMAN)) throw new Error("the disk is full");
        return real.replace(file, text);
      },
    };
    const work = (): Promise<unknown> => configure(withFiles(home, failing), { client: "all" });
    await expect(work()).rejects.toThrow("the disk is full");
    expect([home.read(DOCKER), home.read(PODMAN), home.read(RECORD)]).toEqual([DESKTOP, "{}", undefined]);
  });

  it("starts again if docker changes its file in between, and fails after ten attempts", async () => {
    const home = createConfiguredHome();
    home.write(DOCKER, DESKTOP);
    const real = await home.context.files();
    let count = 0;
    const racing = (times: number): Files => ({
      ...real,
      replace(file, text) {
        if (file.path.endsWith(DOCKER) && count < times) {
          count += 1;
          home.write(DOCKER, JSON.stringify({ count }));
        }
        return real.replace(file, text);
      },
    });
    await configure(withFiles(home, racing(2)));
    expect(parsed(home.read(DOCKER))).toEqual({ count: 2, credHelpers: { [HOST]: "docr" } });

    await unconfigure(home);
    count = 0;
    const hopeless = configure(withFiles(home, racing(99)));
    expect(await failureOf(() => hopeless)).toEqual({
      code: "client-config",
      message: `another program is changing ~/${DOCKER}`,
    });
    expect(parsed(home.read(DOCKER))).toEqual({ count: 10 });
    expect(home.read(RECORD)).toBe(undefined);
  });
});

describe("docr unconfigure", () => {
  const WAYS: readonly (readonly Options[])[] = [
    [{}],
    [{ global: true }],
    [{}, { global: true }],
    [{ global: true }, {}],
    [{ client: "all" }, { client: "all", global: true }],
  ];

  it.each(WAYS.map((way) => [way]))("restores the previous file after %j, byte for byte", async (way) => {
    const home = createConfiguredHome();
    home.write(DOCKER, `\uFEFF${DESKTOP.replaceAll("\n", "\r\n")}\r\n\r\n`);
    home.write(PODMAN, '{ "auths" : { } }');
    home.write(DOCR_CONFIG, '{"context": "work", "fallback": "wincred"}\n');
    const before = home.all();
    for (const options of way) await configure(home, options);
    expect(home.all()).not.toEqual(before);
    await unconfigure(home);
    expect(home.all()).toEqual(before);
  });

  it("restores the values before the first of two runs in a file that has changed since", async () => {
    const home = createConfiguredHome();
    home.install("docker-credential-secretservice");
    await configure(home);
    expect(JSON.parse(home.read(DOCKER) ?? "")).toMatchObject({ credsStore: "secretservice" });
    await configure(home, { global: true });
    home.write(DOCKER, (home.read(DOCKER) ?? "").replace("{", '{"psFormat":"table",'));
    await unconfigure(home);
    expect(JSON.parse(home.read(DOCKER) ?? "")).toEqual({ psFormat: "table" });
  });

  it("writes the record before it changes the file", async () => {
    const home = createConfiguredHome();
    const files = await home.context.files();
    const replaced: string[] = [];
    const replace: typeof files.replace = (file, text) => {
      replaced.push(file.label);
      return files.replace(file, text);
    };
    await configure(withFiles(home, { ...files, replace }));
    expect(replaced).toEqual(["~/.config/docr/configured.json", `~/${DOCKER}`]);
  });

  it("warns about a backup that it keeps because the file has changed since", async () => {
    const home = createConfiguredHome();
    home.write(DOCKER, '{"auths":{"ghcr.io":{"auth":"c2FtbXk6b25l"}}}');
    await configure(home);
    home.write(DOCKER, '{"auths":{},"credHelpers":{"registry.digitalocean.com":"docr"}}');
    await unconfigure(home);
    expect(home.warnings).toEqual([
      `~/${DOCKER}.docr-backup is a backup from before docr configure and may hold passwords; delete it if you do not need it`,
    ]);
  });

  it("restores any content", async () => {
    const content = fc.oneof(
      fc.constantFrom(undefined, "", "\n", "{}", " { } ", "{\n}\n"),
      fc
        .tuple(
          fc.dictionary(
            fc.string().filter((key) => !/^(?:auths|creds)/i.test(key)),
            fc.jsonValue(),
          ),
          fc.constantFrom(undefined, 2, "\t"),
          fc.constantFrom({}, { credsStore: "desktop" }, { credHelpers: {} }, { auths: { a: {} } }),
        )
        .map(([value, indent, known]) => JSON.stringify({ ...value, ...known }, null, indent)),
    );
    await fc.assert(
      fc.asyncProperty(
        content,
        fc.array(fc.boolean(), { minLength: 1, maxLength: 3 }),
        async (text, ways) => {
          const home = createConfiguredHome();
          if (text !== undefined) home.write(DOCKER, text);
          const before = home.all();
          for (const global of ways) await configure(home, { global, client: "all" });
          await unconfigure(home);
          expect(home.all()).toEqual(before);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("removes only docr's own keys if the file has changed since", async () => {
    const home = createConfiguredHome();
    home.write(DOCKER, DESKTOP);
    await configure(home, { global: true });
    await configure(home, { client: "podman" });
    home.write(DOCKER, '{"auths":{"quay.io":{}},"credsStore":"docr","credHelpers":{"gcr.io":"gcloud"}}');
    home.write(PODMAN, `{"auths":{"quay.io":{}},"credHelpers":{"${HOST}":"docr"}}`);
    const { text } = await unconfigure(home);
    expect(text.split("\n")).toEqual([
      `~/${DOCKER}: restored credsStore to desktop`,
      `~/${PODMAN}: removed credHelpers["${HOST}"]`,
      `~/${DOCR_CONFIG}: removed`,
      "",
    ]);
    expect(parsed(home.read(DOCKER))).toEqual({
      auths: { "quay.io": {} },
      credsStore: "desktop",
      credHelpers: { "gcr.io": "gcloud" },
    });
    expect(home.read(PODMAN)).toBe('{"auths":{"quay.io":{}}}');
    expect(home.read(RECORD)).toBe(undefined);
    expect(home.read(`${DOCKER}.docr-backup`)).toBe(DESKTOP);
  });

  it("keeps a helper that the user has set instead of docr", async () => {
    const home = createConfiguredHome();
    home.write(DOCKER, DESKTOP);
    await configure(home, { global: true });
    home.write(DOCKER, '{"credsStore":"pass"}');
    home.write(DOCR_CONFIG, '{"fallback":"pass"}');
    await unconfigure(home);
    expect([home.read(DOCKER), home.read(DOCR_CONFIG)]).toEqual([
      '{"credsStore":"pass"}',
      '{"fallback":"pass"}',
    ]);
  });

  it("undoes only the settings for every registry with --global", async () => {
    const home = createConfiguredHome();
    home.write(DOCKER, DESKTOP);
    await configure(home);
    await configure(home, { global: true, client: "all" });
    await unconfigure(home, { global: true });
    expect(parsed(home.read(DOCKER))).toMatchObject({
      credsStore: "desktop",
      credHelpers: { [HOST]: "docr" },
    });
    expect([home.read(DROP_IN), home.read(DOCR_CONFIG)]).toEqual([undefined, undefined]);
    await unconfigure(home);
    expect(parsed(home.read(DOCKER))).toEqual(parsed(DESKTOP));
    expect(home.read(RECORD)).toBe(undefined);
  });

  it("removes docr from files to which the user has added it, and warns about files that still name it", async () => {
    const home = createConfiguredHome();
    const helpers = { [HOST]: "docr", "ghcr.io": "docr" };
    home.write(DOCKER, JSON.stringify({ credsStore: "docr", credHelpers: helpers }));
    home.write(DROP_IN, 'credential-helpers = ["mine", "docr"]\n');
    await unconfigure(home);
    expect(parsed(home.read(DOCKER))).toEqual({ credHelpers: { "ghcr.io": "docr" } });
    expect(home.warnings).toEqual([
      `~/${DOCKER} still names docr for ghcr.io`,
      `~/${DROP_IN} has changed since docr configure and still names docr; remove docr from it by hand`,
    ]);
  });

  it("restores the files of an earlier environment, and only those of the named client", async () => {
    const home = createConfiguredHome();
    const elsewhere = `${home.home}/elsewhere`;
    const moved = withEnv(home, { DOCKER_CONFIG: elsewhere, REGISTRY_AUTH_FILE: `${elsewhere}/a.json` });
    await configure(moved, { client: "all" });
    await unconfigure(moved, { client: "podman" });
    expect(Object.keys(home.all())).toEqual([RECORD, "elsewhere/config.json"]);
    await unconfigure(home);
    expect(home.all()).toEqual({});
  });

  it("changes nothing without an earlier configure", async () => {
    const home = createConfiguredHome();
    home.write(DOCKER, DESKTOP);
    const { text } = await unconfigure(home, { client: "docker" });
    expect(text).toBe("nothing to change\n");
    expect((await unconfigure(home, { dryRun: true })).text).toBe("nothing would change\n");
    expect(home.all()).toEqual({ [DOCKER]: DESKTOP });
  });

  it.each(["", "{}", "[]", '{"version":2,"files":{}}', '{"version":1,"files":{"/x":{"after":1}}}'])(
    "rejects a record that docr did not write: %j",
    async (text) => {
      const home = createConfiguredHome();
      home.write(DOCKER, '{"credsStore":"docr"}');
      home.write(RECORD, text);
      expect(await failureOf(() => unconfigure(home))).toEqual({
        code: "client-config",
        message: `~/${RECORD} was not written by docr configure`,
      });
      expect(home.read(DOCKER)).toBe('{"credsStore":"docr"}');
    },
  );

  it("warns in one short line that clients no longer find the stored logins", async () => {
    const home = createConfiguredHome();
    home.write(DOCKER, '{"credsStore":"docr"}');
    for (let host = 1; host <= 61; host += 1) {
      await home.helper.store(`r${host}.test`, "sammy", new Secret("x"));
    }
    await unconfigure(home);
    expect(home.warnings).toEqual([
      "docr stores 61 logins that clients no longer find; see docr registry list",
    ]);
  });
});
