import { chmodSync } from "node:fs";
import { join, relative } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Environment } from "../../../../src/core/machine.ts";
import type { Files } from "../../../../src/client-config/edit/files.ts";
import { configureCommand } from "../../../../src/commands/configure/configure.ts";
import { unconfigureCommand } from "../../../../src/commands/configure/unconfigure.ts";
import { type ConfiguredHome, createConfiguredHome } from "../../../support/fakes/configured-home.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { runOn } from "../../../support/fakes/command-bench.ts";

const DOCKER = ".docker/config.json";
const PODMAN = ".config/containers/auth.json";
const DROP_IN = ".config/containers/registries.conf.d/99-docr.conf";
const OURS = ".config/docr/config.json";
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
const parsed = (text: string | undefined): unknown => JSON.parse(text ?? "null");

describe("docr configure", () => {
  it("puts us into docker's file for our host alone, says so, and keeps the rest and a copy", async () => {
    const home = createConfiguredHome();
    home.write(DOCKER, DESKTOP);
    const { text, json } = await configure(home);
    expect(text).toBe(
      `~/${DOCKER}: credHelpers["${HOST}"] is docr now; the former one is ~/${DOCKER}.docr-backup\n`,
    );
    expect(json).toEqual({
      dryRun: false,
      files: [
        {
          path: join(home.home, DOCKER),
          change: "changed",
          backup: join(home.home, `${DOCKER}.docr-backup`),
        },
      ],
      remarks: [],
    });
    expect(home.read(DOCKER)).toBe(
      DESKTOP.replace(/\n\}$/, `,\n\t"credHelpers": {\n\t\t"${HOST}": "docr"\n\t}\n}`),
    );
    expect(home.read(`${DOCKER}.docr-backup`)).toBe(DESKTOP);
    expect(home.read(PODMAN)).toBe(undefined);
  });

  it("takes every registry with --global, and keeps the helper that was there behind us", async () => {
    const home = createConfiguredHome();
    home.write(DOCKER, DESKTOP);
    const { text } = await configure(home, { global: true });
    expect(text).toBe(
      `~/${OURS}: fallback is desktop now\n~/${DOCKER}: credsStore is docr now and no longer desktop; the former one is ~/${DOCKER}.docr-backup\n`,
    );
    expect(home.read(DOCKER)).toBe(DESKTOP.replace("desktop", "docr"));
    expect(parsed(home.read(OURS))).toEqual({ fallback: "desktop" });
  });

  it("keeps the helper that docker has taken by itself, since docker no longer does once its file names one", async () => {
    for (const global of [false, true]) {
      const home = createConfiguredHome();
      home.install("pass");
      home.install("docker-credential-pass");
      await configure(home, { global });
      const expected = global
        ? { credsStore: "docr" }
        : { credHelpers: { [HOST]: "docr" }, credsStore: "pass" };
      expect(parsed(home.read(DOCKER))).toEqual(expected);
      expect(home.read(OURS)).toBe(global ? '{\n\t"fallback": "pass"\n}' : undefined);
    }
  });

  it("replaces another helper for our host, and one that is switched off for it", async () => {
    for (const helper of ["secretservice", ""]) {
      for (const global of [false, true]) {
        const home = createConfiguredHome();
        home.write(DOCKER, JSON.stringify({ credHelpers: { [HOST]: helper }, credsStore: "docr" }));
        await configure(home, { global });
        expect(parsed(home.read(DOCKER))).toEqual({ credHelpers: { [HOST]: "docr" }, credsStore: "docr" });
      }
    }
  });

  it("changes nothing the second time, nor where credsStore is ours already", async () => {
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

  it("puts us into each auth.json that podman has, and makes the lasting one where there is none", async () => {
    const runtime = createConfiguredHome().home;
    const home = createConfiguredHome({ env: { XDG_RUNTIME_DIR: runtime } });
    home.install("skopeo");
    await configure(home);
    expect(parsed(home.read(PODMAN))).toEqual({ credHelpers: { [HOST]: "docr" } });
    expect(home.read(DOCKER)).toBe(undefined);

    home.write(`${runtime}/containers/auth.json`, '{"auths": {}}');
    const { text } = await configure(home, { client: "podman" });
    expect(text.split("\n")).toEqual([
      `${runtime}/containers/auth.json: credHelpers["${HOST}"] is docr now; the former one is ${runtime}/containers/auth.json.docr-backup`,
      `~/${PODMAN}: nothing to change`,
      "",
    ]);
  });

  it("keeps to the files that REGISTRY_AUTH_FILE and DOCKER_CONFIG name", async () => {
    const elsewhere = createConfiguredHome().home;
    const env = { REGISTRY_AUTH_FILE: `${elsewhere}/auth.json`, DOCKER_CONFIG: `${elsewhere}/docker` };
    const home = createConfiguredHome({ env });
    const { json } = await configure(home, { client: "all" });
    expect(json).toMatchObject({
      files: [{ path: `${elsewhere}/docker/config.json` }, { path: `${elsewhere}/auth.json` }],
    });
    expect(Object.keys(home.all())).toEqual([RECORD]);
  });

  it("takes a path that is not absolute for one beside the working directory", async () => {
    const home = createConfiguredHome();
    const [folder, auth] = ["docker", "auth.json"].map((name) => relative(".", join(home.home, name)));
    const there = withEnv(home, { DOCKER_CONFIG: folder, REGISTRY_AUTH_FILE: auth });
    await configure(there, { client: "all" });
    expect(Object.keys(home.all())).toEqual([RECORD, "auth.json", "docker/config.json"]);
    await unconfigure(home);
    expect(home.all()).toEqual({});
  });

  it("has podman ask us first for every registry with --global, and then those whom it asked before", async () => {
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

  it("shows with --dry-run as a diff what it would do, without a secret, and does nothing", async () => {
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

  it("says which logins nobody reads any more, and whom clients will not find", async () => {
    const home = createConfiguredHome();
    const auth = { auth: Buffer.from("a:b").toString("base64") };
    home.write(DOCKER, JSON.stringify({ auths: { [HOST]: auth, "ghcr.io": auth, "quay.io": {} } }));
    await configure(home);
    await configure(home, { global: true });
    const still = (hosts: string): string =>
      `~/${DOCKER} still holds the login for ${hosts}, which nobody reads there any more: docr migrate moves it into the keychain`;
    expect(home.warnings).toEqual([still(HOST), still(`${HOST}, ghcr.io`)]);

    const marked = createConfiguredHome({ env: { PATH: "/nowhere" } });
    marked.write(DOCKER, "\uFEFF{}");
    await configure(marked);
    expect(marked.warnings).toEqual([
      `~/${DOCKER} begins with a byte order mark, and docker and podman pass over it for that`,
      "docker-credential-docr is not on the PATH, where clients look for it",
    ]);
  });

  it("says where a client has a login for our host that comes before us", async () => {
    const variable = JSON.stringify({ auths: { [HOST]: { auth: "YTpi" } } });
    const home = createConfiguredHome({ env: { DOCKER_AUTH_CONFIG: variable } });
    await configure(home, { client: "podman" });
    expect(home.warnings).toEqual([]);
    await configure(home, { client: "docker" });
    expect(home.warnings).toEqual([
      `docker takes the login for ${HOST} from DOCKER_AUTH_CONFIG, and does not ask docr for it`,
    ]);
  });

  it.each([
    ["client-config: ~/.docker/config.json is not JSON", '{"auths": '],
    ["client-config: ~/.docker/config.json has comments in it, with which no client reads it", "{} // mine"],
    ["client-config: ~/.docker/config.json is JSON, but not an object", "[]"],
    ["client-config: ~/.docker/config.json has a credsStore that names no helper", '{"credsStore": {}}'],
    [
      "client-config: ~/.docker/config.json has an entry in auths that is no login",
      '{"auths": {"ghcr.io": "s3cret"}}',
    ],
    [
      "client-config: ~/.docker/config.json has a credsStore that is no helper's name",
      '{"credsStore": "../evil"}',
    ],
  ])("fails with %s, and changes nothing", async (message, content) => {
    const home = createConfiguredHome();
    home.write(DOCKER, content);
    const failure = await failureOf(() => configure(home, { global: true }));
    expect(`${failure.code}: ${failure.message}`).toBe(message);
    expect(home.all()).toEqual({ [DOCKER]: content });
  });

  it("changes no file where one of them cannot be changed", async () => {
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

  it("puts back what it did where a later file fails all the same", async () => {
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

  it("starts anew where docker changes its file meanwhile, and gives up where it goes on", async () => {
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
      message: `~/${DOCKER} is being changed by another program`,
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

  it.each(WAYS.map((way) => [way]))("leaves what was there before %j, byte for byte", async (way) => {
    const home = createConfiguredHome();
    home.write(DOCKER, `\uFEFF${DESKTOP.replaceAll("\n", "\r\n")}\r\n\r\n`);
    home.write(PODMAN, '{ "auths" : { } }');
    home.write(OURS, '{"context": "work", "fallback": "wincred"}\n');
    const before = home.all();
    for (const options of way) await configure(home, options);
    expect(home.all()).not.toEqual(before);
    await unconfigure(home);
    expect(home.all()).toEqual(before);
  });

  it("puts back what was there before the first of two runs, in a file that somebody has changed since", async () => {
    const home = createConfiguredHome();
    home.install("docker-credential-secretservice");
    await configure(home);
    expect(JSON.parse(home.read(DOCKER) ?? "")).toMatchObject({ credsStore: "secretservice" });
    await configure(home, { global: true });
    home.write(DOCKER, (home.read(DOCKER) ?? "").replace("{", '{"psFormat":"table",'));
    await unconfigure(home);
    expect(JSON.parse(home.read(DOCKER) ?? "")).toEqual({ psFormat: "table" });
  });

  it("has noted what to put back before it changes the file", async () => {
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

  it("says where the file from before is left because somebody has changed it since", async () => {
    const home = createConfiguredHome();
    home.write(DOCKER, '{"auths":{"ghcr.io":{"auth":"c2FtbXk6b25l"}}}');
    await configure(home);
    home.write(DOCKER, '{"auths":{},"credHelpers":{"registry.digitalocean.com":"docr"}}');
    await unconfigure(home);
    expect(home.warnings).toEqual([
      `~/${DOCKER}.docr-backup is from before docr configure, with any password that was in the file then: remove it when nobody needs it`,
    ]);
  });

  it("leaves what was there, whatever it was", async () => {
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

  it("takes out our own keys alone where the file has been changed since", async () => {
    const home = createConfiguredHome();
    home.write(DOCKER, DESKTOP);
    await configure(home, { global: true });
    await configure(home, { client: "podman" });
    home.write(DOCKER, '{"auths":{"quay.io":{}},"credsStore":"docr","credHelpers":{"gcr.io":"gcloud"}}');
    home.write(PODMAN, `{"auths":{"quay.io":{}},"credHelpers":{"${HOST}":"docr"}}`);
    const { text } = await unconfigure(home);
    expect(text.split("\n")).toEqual([
      `~/${DOCKER}: credsStore is desktop again`,
      `~/${PODMAN}: credHelpers["${HOST}"] taken out`,
      `~/${OURS}: removed`,
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

  it("leaves what the person has put in our place", async () => {
    const home = createConfiguredHome();
    home.write(DOCKER, DESKTOP);
    await configure(home, { global: true });
    home.write(DOCKER, '{"credsStore":"pass"}');
    home.write(OURS, '{"fallback":"pass"}');
    await unconfigure(home);
    expect([home.read(DOCKER), home.read(OURS)]).toEqual(['{"credsStore":"pass"}', '{"fallback":"pass"}']);
  });

  it("takes out with --global what is for every registry, and leaves our host to us", async () => {
    const home = createConfiguredHome();
    home.write(DOCKER, DESKTOP);
    await configure(home);
    await configure(home, { global: true, client: "all" });
    await unconfigure(home, { global: true });
    expect(parsed(home.read(DOCKER))).toMatchObject({
      credsStore: "desktop",
      credHelpers: { [HOST]: "docr" },
    });
    expect([home.read(DROP_IN), home.read(OURS)]).toEqual([undefined, undefined]);
    await unconfigure(home);
    expect(parsed(home.read(DOCKER))).toEqual(parsed(DESKTOP));
    expect(home.read(RECORD)).toBe(undefined);
  });

  it("takes us out where somebody put us in by hand, and says where it did not", async () => {
    const home = createConfiguredHome();
    const ours = { [HOST]: "docr", "ghcr.io": "docr" };
    home.write(DOCKER, JSON.stringify({ credsStore: "docr", credHelpers: ours }));
    home.write(DROP_IN, 'credential-helpers = ["mine", "docr"]\n');
    await unconfigure(home);
    expect(parsed(home.read(DOCKER))).toEqual({ credHelpers: { "ghcr.io": "docr" } });
    expect(home.warnings).toEqual([
      `~/${DOCKER} still names docr for ghcr.io`,
      `~/${DROP_IN} was changed by somebody and still names docr: take it out by hand`,
    ]);
  });

  it("puts files back wherever the clients looked for them then, and keeps to one client where that is named", async () => {
    const home = createConfiguredHome();
    const elsewhere = `${home.home}/elsewhere`;
    const moved = withEnv(home, { DOCKER_CONFIG: elsewhere, REGISTRY_AUTH_FILE: `${elsewhere}/a.json` });
    await configure(moved, { client: "all" });
    await unconfigure(moved, { client: "podman" });
    expect(Object.keys(home.all())).toEqual([RECORD, "elsewhere/config.json"]);
    await unconfigure(home);
    expect(home.all()).toEqual({});
  });

  it("does nothing, and says so, where we never were", async () => {
    const home = createConfiguredHome();
    home.write(DOCKER, DESKTOP);
    const { text } = await unconfigure(home, { client: "docker" });
    expect(text).toBe("nothing to change\n");
    expect((await unconfigure(home, { dryRun: true })).text).toBe("nothing would change\n");
    expect(home.all()).toEqual({ [DOCKER]: DESKTOP });
  });

  it.each(["", "{}", "[]", '{"version":2,"files":{}}', '{"version":1,"files":{"/x":{"after":1}}}'])(
    "guesses nothing from a record that it did not write: %j",
    async (text) => {
      const home = createConfiguredHome();
      home.write(DOCKER, '{"credsStore":"docr"}');
      home.write(RECORD, text);
      expect(await failureOf(() => unconfigure(home))).toEqual({
        code: "client-config",
        message: `~/${RECORD} is not as docr configure left it`,
      });
      expect(home.read(DOCKER)).toBe('{"credsStore":"docr"}');
    },
  );
});
