import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { openMounts } from "../support/lab/mounts.ts";
import { createContainers } from "../support/lab/containers.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR } from "../support/lab/executable.ts";
import { explainNoLab, type Lab, openLab } from "../support/lab/lab.ts";
import { BASIC_LOGIN } from "../support/lab/registry.ts";
import type { Environment, Outcome } from "../support/lab/run.ts";
import { openTerminal } from "../support/lab/terminal.ts";

const HOST = "registry.digitalocean.com";
const OURS = `${HOST}/acme/tiny:1`;
const OTHER = "basic.test";
const THEIRS = `${OTHER}/tiny:1`;

/** With one entry, so that docker does not use its default helper. */
const PLAIN = '{\n\t"auths": {\n\t\t"quay.io": {}\n\t}\n}';

const SHAPES: Readonly<Record<string, string | undefined>> = {
  "no file": undefined,
  "an empty file": "",
  "docker's own": PLAIN,
  "Docker Desktop's": `{\n  "auths": {\n    "quay.io": {}\n  },\n  "credsStore": "desktop",\n  "currentContext": "desktop-linux",\n  "plugins": {\n    "debug": {\n      "hooks": "exec"\n    }\n  }\n}`,
  "one made by hand on Windows":
    '{\r\n    "auths": { "quay.io": {} },\r\n    "detachKeys": "ctrl-a"\r\n}\r\n',
};

describeUnless(
  explainNoLab([
    "docker",
    "dockerd",
    "podman",
    "skopeo",
    "docker-credential-secretservice",
    "tmux",
    "strace",
    "setpriv",
  ]),
  "docr configure, unconfigure and migrate, with real clients",
  () => {
    let lab: Lab;
    let home: string;
    let env: Environment;
    let token: string;

    beforeAll(async () => {
      lab = await openLab({ engine: true, basicRegistry: true });
      home = lab.user.env["HOME"] ?? "";
      const { env: storage } = createContainers(join(lab.user.folder, "c"), home);
      token = lab.standIn.account.addToken();
      env = {
        // The default places of the clients.
        DOCKER_CONFIG: "",
        DOCKER_HOST: lab.engine?.host ?? "",
        CONTAINERS_STORAGE_CONF: storage["CONTAINERS_STORAGE_CONF"] ?? "",
      };
      for (const image of [OURS, THEIRS]) await run("docker", "import", lab.rootTar, image);
      write(PLAIN);
      for (const image of [OURS, THEIRS]) {
        await logIn(image);
        const pushed = await run("docker", "push", "-q", image);
        if (pushed.code !== 0) throw new Error(pushed.stderr);
      }
    });
    afterAll(() => lab.close());
    beforeEach(() => {
      for (const path of [".docker", ".config/docr", ".config/containers/registries.conf.d"])
        rmSync(join(home, path), { recursive: true, force: true });
      mkdirSync(join(home, ".docker"));
      rmSync(join(home, ".config/containers/auth.json"), { force: true });
    });
    afterEach(async () => {
      for (const host of [HOST, OTHER]) await lab.user.docr("erase", { stdin: host });
      for (const host of [HOST, OTHER]) {
        await lab.user.run("docker-credential-secretservice", ["erase"], { stdin: host });
      }
    });

    const config = (): string => join(home, ".docker/config.json");
    const write = (text: string): void => writeFileSync(config(), text);
    const read = (): string | undefined =>
      existsSync(config()) ? readFileSync(config(), "utf8") : undefined;
    const run = (command: string, ...args: string[]): Promise<Outcome> =>
      lab.user.run(command, args, { env });
    const docr = (...args: string[]): Promise<Outcome> => run(DOCR, ...args);
    const ci = (command: string, ...args: string[]): Promise<Outcome> =>
      lab.user.run(command, args, { env: { ...env, DIGITALOCEAN_ACCESS_TOKEN: token } });
    const logIn = (image: string): Promise<Outcome> => {
      const isOurs = image.startsWith(HOST);
      const [username, password] = isOurs ? [token, token] : [BASIC_LOGIN.username, BASIC_LOGIN.password];
      return lab.user.run("docker", ["login", "-u", username, "--password-stdin", isOurs ? HOST : OTHER], {
        env,
        stdin: password,
      });
    };
    const pull = (image: string): Promise<Outcome> => run("docker", "pull", "-q", image);
    /** All files in the home, as one text to search in. */
    const everything = (): string =>
      readdirSync(home, { recursive: true, withFileTypes: true })
        .filter((one) => one.isFile() && !one.parentPath.includes("keyrings"))
        .map((one) => readFileSync(join(one.parentPath, one.name), "latin1"))
        .join("\n");

    it.each(Object.entries(SHAPES))(
      "docker pulls after configure, and unconfigure restores %s",
      async (_, text) => {
        if (text !== undefined) write(text);
        expect((await ci("docker", "pull", "-q", OURS)).code).toBe(1);
        expect(await docr("configure")).toMatchObject({ code: 0, stderr: "" });
        expect(await ci("docker", "pull", "-q", OURS)).toMatchObject({ code: 0, stderr: "" });
        expect(await docr("unconfigure")).toMatchObject({ code: 0, stderr: "" });
        expect(read()).toBe(text);
        expect(readdirSync(join(home, ".docker"))).toEqual(text === undefined ? [] : ["config.json"]);
        expect((await ci("docker", "pull", "-q", OURS)).code).toBe(1);
        await lab.user.docr("erase", { stdin: HOST, env: { DIGITALOCEAN_ACCESS_TOKEN: token } });
      },
    );

    it("still finds the previous helper's logins with --global", async () => {
      const text = '{\n\t"credsStore": "secretservice"\n}';
      write(text);
      await logIn(THEIRS);
      const before = read();
      expect((await docr("configure", "--global")).stdout).toContain("set fallback to secretservice");
      expect(await pull(THEIRS)).toMatchObject({ code: 0, stderr: "" });
      expect((await logIn(OURS)).code).toBe(0);
      expect(await pull(OURS)).toMatchObject({ code: 0, stderr: "" });

      expect((await docr("unconfigure")).code).toBe(0);
      expect(JSON.parse(read() ?? "")).toMatchObject(JSON.parse(before ?? ""));
      expect(await pull(THEIRS)).toMatchObject({ code: 0, stderr: "" });
      expect((await pull(OURS)).code).toBe(1);
    });

    it("podman and skopeo pull after configure, with and without --global", async () => {
      const authFile = join(home, ".config/containers/auth.json");
      const inspect = ["inspect", "-n", "--format", "{{.Digest}}"];
      const own = { auth: Buffer.from(`${BASIC_LOGIN.username}:${BASIC_LOGIN.password}`).toString("base64") };
      const text = JSON.stringify({ auths: { [OTHER]: own } }, null, 1);
      for (const options of [[], ["--global"]]) {
        writeFileSync(authFile, text);
        expect((await ci("skopeo", ...inspect, `docker://${OURS}`)).code).toBe(1);
        expect(await docr("configure", "--client", "podman", ...options)).toMatchObject({ code: 0 });
        expect(await ci("skopeo", ...inspect, `docker://${OURS}`)).toMatchObject({ code: 0, stderr: "" });
        const podman = ["--cgroup-manager=cgroupfs", "--events-backend=file", "pull", "-q", OURS];
        expect(await ci("podman", ...podman)).toMatchObject({ code: 0 });
        expect(await run("skopeo", ...inspect, `docker://${THEIRS}`)).toMatchObject({ code: 0, stderr: "" });
        expect(await docr("unconfigure")).toMatchObject({ code: 0, stderr: "" });
        expect(readFileSync(authFile, "utf8")).toBe(text);
        expect(readdirSync(join(home, ".config/containers"))).not.toContain("auth.json.docr-backup");
        expect((await ci("skopeo", ...inspect, `docker://${OURS}`)).code).toBe(1);
        await lab.user.docr("erase", { stdin: HOST, env: { DIGITALOCEAN_ACCESS_TOKEN: token } });
      }
    });

    it("breaks no pull: configure --global changes nothing, or moves the plain-text logins", async () => {
      write(PLAIN);
      for (const image of [OURS, THEIRS]) expect((await logIn(image)).code).toBe(0);
      const before = read();
      const refused = await docr("configure", "--global");
      expect([refused.code, refused.stdout, read()]).toEqual([1, "", before]);
      expect(refused.stderr).toContain(`clients would no longer find the login for ${OTHER}, ${HOST}\n`);
      for (const image of [OURS, THEIRS]) expect(await pull(image)).toMatchObject({ code: 0 });

      const moved = await docr("configure", "--global", "--migrate");
      expect([moved.code, moved.stderr]).toEqual([0, ""]);
      expect(JSON.parse(read() ?? "")).toMatchObject({
        auths: { [OTHER]: {}, [HOST]: {} },
        credsStore: "docr",
      });
      for (const image of [OURS, THEIRS]) expect(await pull(image)).toMatchObject({ code: 0, stderr: "" });
      expect(await run("skopeo", "inspect", "-n", `docker://${THEIRS}`)).toMatchObject({ code: 0 });
    });

    it("moves plain-text logins of docker login, and docker pulls with them", async () => {
      write(PLAIN);
      for (const image of [OURS, THEIRS]) expect((await logIn(image)).code).toBe(0);
      const secrets = [`${BASIC_LOGIN.username}:${BASIC_LOGIN.password}`, `${token}:${token}`].map((one) =>
        Buffer.from(one).toString("base64"),
      );
      const before = read();
      for (const secret of secrets) expect(before).toContain(secret);

      const dry = await docr("migrate", "--configure", "--dry-run");
      expect(dry.stdout).toBe(
        `would move 2 logins to the keychain:\n  ${OTHER}                 ${BASIC_LOGIN.username}  ~/.docker/config.json\n  ${HOST}       ~/.docker/config.json\n`,
      );
      const unasked = await docr("migrate", "--configure");
      expect([unasked.code, unasked.stdout]).toEqual([2, ""]);
      expect(unasked.stderr).toContain("--yes");
      expect(read()).toBe(before);

      const moved = await docr("migrate", "--configure", "--yes");
      expect([moved.code, moved.stdout]).toEqual([0, dry.stdout.replace("would move", "moved")]);
      expect(JSON.parse(read() ?? "")).toEqual({
        auths: { "quay.io": {}, [OTHER]: {}, [HOST]: {} },
        credsStore: "docr",
      });
      for (const secret of [...secrets, token, BASIC_LOGIN.password])
        expect(everything()).not.toContain(secret);
      for (const image of [OURS, THEIRS]) expect(await pull(image)).toMatchObject({ code: 0, stderr: "" });
      // skopeo found them in docker's file before.
      for (const image of [OURS, THEIRS]) {
        expect(await run("skopeo", "inspect", "-n", `docker://${image}`)).toMatchObject({ code: 0 });
      }
    });

    it("moves the logins of docker-credential-secretservice, and docker pulls with them through docr", async () => {
      write('{"credsStore":"secretservice"}');
      expect((await logIn(THEIRS)).code).toBe(0);
      const moved = await docr("migrate", "--from", "--configure", "--yes", "--json");
      expect(JSON.parse(moved.stdout)).toEqual({
        dryRun: false,
        moved: [{ host: OTHER, username: BASIC_LOGIN.username, from: "docker-credential-secretservice" }],
        stayed: [],
      });
      const left = await lab.user.run("docker-credential-secretservice", ["list"], { stdin: "" });
      expect(JSON.parse(left.stdout)).toEqual({});
      expect(await pull(THEIRS)).toMatchObject({ code: 0, stderr: "" });
      expect(JSON.parse((await docr("list")).stdout)).toEqual({ [OTHER]: BASIC_LOGIN.username });
    });

    it("asks in a terminal; ctrl-C changes nothing, yes moves the logins", async () => {
      write(PLAIN);
      await logIn(THEIRS);
      const before = read();
      const terminal = await openTerminal(lab.user.folder, "docr migrate --configure", {
        ...lab.user.env,
        ...env,
      });
      try {
        const question = "Move 1 login to the keychain?";
        expect(await terminal.waitFor(question)).toContain(OTHER);
        await terminal.press("C-c");
        const screen = await terminal.waitFor("[exit 130]");
        expect(screen).toContain("cancelled");
        expect(read()).toBe(before);

        await terminal.type(
          "clear; stty -a | grep -o ' echo '; docr migrate --configure; echo \"[exit $?]\"",
        );
        await terminal.press("Enter");
        // The terminal echoes what is typed.
        await terminal.waitFor(/^ echo\b[^]*Move 1 login to the keychain\?/m);
        await terminal.press("y");
        await terminal.waitFor("[exit 0]");
        expect(JSON.parse(read() ?? "")).toMatchObject({ auths: { [OTHER]: {} }, credsStore: "docr" });
      } finally {
        await terminal.close();
      }
    });

    it("leaves the old file or the new one when it is killed, and continues on the next run", async () => {
      for (const call of ["fchmod", "fsync", "?rename,?renameat,?renameat2"]) {
        for (const when of [1, 2]) {
          write(PLAIN);
          const trace = ["-f", "-o", "/dev/null", "-e", `trace=${call}`];
          const kill = ["-e", `inject=${call}:signal=SIGKILL:when=${when}`];
          const killed = await run("strace", ...trace, ...kill, DOCR, "configure", "--client", "docker");
          expect([call, when, killed.signal, killed.stdout]).toEqual([call, when, "SIGKILL", ""]);
          const text = read() ?? "";
          const isNew = text !== PLAIN;
          expect([call, when, JSON.parse(text)]).toEqual([
            call,
            when,
            isNew
              ? { auths: { "quay.io": {} }, credHelpers: { [HOST]: "docr" } }
              : { auths: { "quay.io": {} } },
          ]);
          expect((await docr("configure", "--client", "docker")).code).toBe(0);
          expect((await docr("unconfigure", "--client", "docker")).code).toBe(0);
          expect(read()).toBe(PLAIN);
        }
      }
    });

    it("leaves a login in the file when it is killed during the move, and moves it on the next run", async () => {
      const plain = Buffer.from(`${BASIC_LOGIN.username}:${BASIC_LOGIN.password}`).toString("base64");
      for (const when of [1, 2, 3]) {
        write(PLAIN);
        await docr("configure", "--global", "--client", "docker");
        // docker no longer reads it there.
        write(JSON.stringify({ auths: { [OTHER]: { auth: plain } }, credsStore: "docr" }));
        const before = read();
        const call = "?rename,?renameat,?renameat2";
        const trace = ["-f", "-o", "/dev/null", "-e", `trace=${call}`];
        const kill = ["-e", `inject=${call}:signal=SIGKILL:when=${when}`];
        const killed = await run("strace", ...trace, ...kill, DOCR, "migrate", "--yes", "--client", "docker");
        if (killed.signal === null) break;
        expect([read(), killed.stdout]).toEqual([before, ""]);
        expect((await docr("migrate", "--yes", "--client", "docker")).stdout).toContain(
          "moved 1 login to the keychain:",
        );
        expect(JSON.parse(read() ?? "")).toMatchObject({ auths: { [OTHER]: {} } });
        expect(everything()).not.toContain(plain);
        expect(await pull(THEIRS)).toMatchObject({ code: 0, stderr: "" });
        await lab.user.docr("erase", { stdin: OTHER });
      }
    });

    it("syncs the new file to the disk before it replaces the old one", async () => {
      write(PLAIN);
      const log = join(lab.user.folder, "trace.log");
      await run(
        "strace",
        "-f",
        "-o",
        log,
        "-e",
        "trace=openat,fsync,?rename,?renameat,?renameat2",
        DOCR,
        "configure",
        "--client",
        "docker",
      );
      const calls = readFileSync(log, "utf8").split("\n");
      const made = calls.findIndex((line) =>
        /openat\(.*\/\.docker\/config\.json\.docr-new-.*O_EXCL/.test(line),
      );
      const synced = calls.findIndex((line, index) => index > made && line.includes("fsync("));
      const renamed = calls.findIndex((line) =>
        /rename.*\("?.*\/\.docker\/config\.json\.docr-new-/.test(line),
      );
      expect(made).toBeGreaterThan(0);
      expect(synced).toBeGreaterThan(made);
      expect(renamed).toBeGreaterThan(synced);
    });

    it("changes nothing if the disk is full", async () => {
      // Two pages: one for the file and one for its copy.
      const mounts = await openMounts(`mount -t tmpfs -o size=8k tmpfs "${home}/.docker"`);
      try {
        const inside = (command: string, ...args: string[]): Promise<Outcome> =>
          run(...mounts.wrap([command, ...args]));
        const text = JSON.stringify({ auths: { "quay.io": {} }, psFormat: "x".repeat(3000) });
        await inside("sh", "-c", `printf %s '${text}' > ${config()}`);
        const outcome = await inside(DOCR, "configure", "--client", "docker");
        expect([outcome.code, outcome.stdout]).toEqual([1, ""]);
        expect(outcome.stderr).toBe(
          "docr: error: cannot read or write ~/.docker/config.json (ENOSPC)\ndocr: hint: nothing was changed; check the file's owner and the free disk space\n",
        );
        expect((await inside("cat", config())).stdout).toBe(text);
        expect((await inside("ls", join(home, ".docker"))).stdout).not.toContain("docr-new");
        expect(existsSync(join(home, ".config/docr/configured.json"))).toBe(false);
      } finally {
        await mounts.close();
      }
    });

    it.each([
      ["another user's file", "chmod 600 config.json; chown 0 config.json", "(EACCES)"],
      ["a read-only folder", "chmod 555 .", "is read-only"],
      ["a folder without permissions", "chmod 000 .", "(EACCES)"],
    ])("names the problem with %s, and changes nothing", async (_, spoil, said) => {
      const other = mkdtempSync(join(tmpdir(), "docr-other-"));
      const folder = join(other, ".docker");
      try {
        mkdirSync(folder);
        writeFileSync(join(folder, "config.json"), PLAIN);
        await run("sh", "-c", `chown -R 1234 ${other}; chmod 755 ${other}; cd ${folder}; ${spoil}`);
        const as = ["--reuid", "1234", "--regid", "1234", "--clear-groups", DOCR];
        const theirs = { HOME: other, XDG_RUNTIME_DIR: "", DBUS_SESSION_BUS_ADDRESS: "", DOCKER_CONFIG: "" };
        const outcome = await lab.user.run("setpriv", [...as, "configure", "--client", "docker"], {
          env: theirs,
        });
        expect([outcome.code, outcome.stdout]).toEqual([1, ""]);
        expect(outcome.stderr).toContain(said);
        expect(outcome.stderr).toMatch(/^docr: error: [^\n]*\ndocr: hint: [^\n]*\n$/);
        expect(readFileSync(join(folder, "config.json"), "utf8")).toBe(PLAIN);
        expect(readdirSync(folder)).toEqual(["config.json"]);
      } finally {
        rmSync(other, { recursive: true, force: true });
      }
    });
  },
);
