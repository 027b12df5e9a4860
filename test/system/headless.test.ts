import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR, explainNoExecutable } from "../support/lab/executable.ts";
import { explainMissing, SYSTEM_PATH } from "../support/lab/parts.ts";
import { type Environment, type Outcome, run } from "../support/lab/run.ts";
import { CLEAN_FAILURE, summarizeFailure } from "../support/failure.ts";
import { explainNoMounts, openMounts, type PrivateMounts } from "../support/lab/mounts.ts";
import { HOST, loginFor } from "../support/requests.ts";
import { inSandbox, type Sandbox, type SandboxOptions } from "./sandbox.ts";

/** A runner: nobody is logged in, and the shared places are its own, so that nothing touches the machine's. */
interface Runner {
  /** Only what is told is in the environment, and the API token. */
  readonly get: (env?: Environment, as?: readonly string[]) => Promise<Outcome>;
  readonly docr: (args: readonly string[], stdin: string, env?: Environment) => Promise<Outcome>;
  /** What a shell inside prints. */
  readonly look: (script: string) => Promise<string>;
}

interface RunnerOptions extends SandboxOptions {
  /** Options of the memory at /dev/shm. */
  readonly memory?: string;
  /** More for the shell that prepares the place; WORLD is the world's folder, TMP the temporary directory. */
  readonly prepare?: string;
}

/** A user of whom nobody has heard: no home, no session. */
const STRANGER = ["setpriv", "--reuid=4711", "--regid=4711", "--clear-groups"];

function onRunner(
  options: RunnerOptions,
  body: (runner: Runner, sandbox: Sandbox) => Promise<void>,
): () => Promise<void> {
  return inSandbox(options, async (sandbox) => {
    const temporary = join(sandbox.folder, "tmp");
    mkdirSync(temporary);
    chmodSync(temporary, 0o1777);
    chmodSync(sandbox.folder, 0o755);
    const script = `
      WORLD=${sandbox.folder} TMP=${temporary}
      mount -t tmpfs -o mode=1777,${options.memory ?? "size=16m"} tmpfs /dev/shm
      # The project may lie where only root may look.
      touch $WORLD/docr
      mount --bind ${DOCR} $WORLD/docr
      ${options.prepare ?? ""}`;
    const mounts: PrivateMounts = await openMounts(script);
    const executable = join(sandbox.folder, "docr");
    const base = {
      PATH: SYSTEM_PATH,
      TMPDIR: temporary,
      DIGITALOCEAN_ACCESS_TOKEN: sandbox.token,
      DIGITALOCEAN_API_URL: sandbox.standIn.url,
      DIGITALOCEAN_OAUTH_URL: sandbox.standIn.url,
    };
    const inside = (command: readonly string[], stdin: string, env: Environment = {}): Promise<Outcome> => {
      const [program, ...args] = mounts.wrap(command);
      return run(program, args, { env: { ...base, ...env }, stdin });
    };
    try {
      await body(
        {
          get: (env, as = []) => inside([...as, executable, "get"], HOST, env),
          docr: (args, stdin, env) => inside([executable, ...args], stdin, env),
          look: async (script_) => (await inside(["sh", "-c", script_], "")).stdout,
        },
        sandbox,
      );
    } finally {
      await mounts.close();
    }
  });
}

const good = { code: 0, stderr: "" };
const reason = explainNoExecutable() ?? explainNoMounts() ?? explainMissing(["setpriv"]);
const LIST_SHM = "cd /dev/shm && find . -mindepth 1 -printf '%m %y %p\\n' | sed 's/-[0-9a-f]*$//' | sort -u";

describeUnless(reason, "a runner without a session", () => {
  it.concurrent(
    "answers with nothing but an API token in its environment, and keeps what it minted in memory of its own",
    onRunner({}, async ({ get, look }, sandbox) => {
      expect(await get()).toMatchObject(good);
      expect(sandbox.idOf(await get())).toBe(1);
      expect(sandbox.standIn.count("mint")).toBe(1);
      const places = (await look(LIST_SHM)).trim().split("\n");
      expect(places).toContain("700 d ./docr");
      expect(places).toContain("600 f ./docr-0/minted");
      // Nothing is open to anybody else.
      expect(places.filter((line) => !/^(?:700 d|600 f) /.test(line))).toEqual([]);
    }),
  );

  it.concurrent(
    "makes one mint for twenty pulls at once",
    onRunner({}, async ({ get }, sandbox) => {
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => get()));
      expect(new Set(outcomes.map(({ code, stderr }) => `${code} ${stderr}`))).toEqual(new Set(["0 "]));
      expect(new Set(outcomes.map((outcome) => sandbox.idOf(outcome)))).toEqual(new Set([1]));
      expect(sandbox.standIn.count("mint")).toBe(1);
    }),
  );

  it.concurrent(
    "keeps one user's credentials from another's, each in a folder of its own",
    onRunner({}, async ({ get, look }, sandbox) => {
      expect(await get()).toMatchObject(good);
      expect(await get({}, STRANGER)).toMatchObject(good);
      expect(sandbox.idOf(await get({}, STRANGER))).toBe(2);
      expect(sandbox.standIn.count("mint")).toBe(2);
      expect(await look("stat -c '%u %a' /dev/shm/docr-0 /dev/shm/docr-4711")).toBe("0 700\n4711 700\n");
    }),
  );

  /** Squatters and other nuisances at the place where the folder should be. */
  const NUISANCES: readonly { readonly title: string; readonly prepare: string }[] = [
    {
      title: "a symbolic link to a folder",
      prepare: "mkdir -m 700 $WORLD/trap; ln -s $WORLD/trap /dev/shm/docr-0",
    },
    { title: "a symbolic link to nowhere", prepare: "ln -s $WORLD/nowhere /dev/shm/docr-0" },
    {
      title: "a folder of another user's",
      prepare: "mkdir -m 700 /dev/shm/docr-0; chown 4711 /dev/shm/docr-0",
    },
    {
      title: "another user's that is open to all",
      prepare: "mkdir -m 777 /dev/shm/docr-0; chown 4711 /dev/shm/docr-0",
    },
    { title: "a file", prepare: "echo x > /dev/shm/docr-0" },
  ];

  it.concurrent.each(NUISANCES)(
    "passes over $title at its place in shared memory, and keeps its own elsewhere",
    async ({ prepare }) => {
      await onRunner({ prepare }, async ({ get, look }, sandbox) => {
        expect(await get()).toMatchObject(good);
        expect(sandbox.idOf(await get())).toBe(1);
        expect(sandbox.standIn.count("mint")).toBe(1);
        expect(await look("find -H /dev/shm/docr-0 -name 'minted*'; ls -A $TMPDIR/../trap 2>/dev/null")).toBe(
          "",
        );
        expect(await look("stat -c '%u %a' $TMPDIR/docr-0")).toBe("0 700\n");
        expect(await look("find $TMPDIR/docr-0 -type f -name 'minted-*' -perm 600 | wc -l")).toBe("1\n");
      })();
    },
  );

  it.concurrent(
    "closes a folder of its own that somebody opened, and does not believe a file in it that others could read",
    onRunner({ prepare: "mkdir -m 777 /dev/shm/docr-0" }, async ({ get, look }, sandbox) => {
      expect(await get()).toMatchObject(good);
      expect(await look("stat -c '%a' /dev/shm/docr-0")).toBe("700\n");
      await look("chmod 644 /dev/shm/docr-0/minted-* /dev/shm/docr-0/warm-*");
      expect(sandbox.idOf(await get())).toBe(2);
    }),
  );

  it.concurrent(
    "minds nobody who squats every place: then each get mints",
    onRunner(
      { prepare: "for place in /dev/shm $TMP; do mkdir $place/docr-0; chown 4711 $place/docr-0; done" },
      async ({ get, look }, sandbox) => {
        expect(await get()).toMatchObject(good);
        expect(await get()).toMatchObject(good);
        expect(sandbox.standIn.count("mint")).toBe(2);
        expect(await look("find /dev/shm $TMPDIR -type f")).toBe("");
      },
    ),
  );

  /** What the machine lacks; `get` answers all the same. */
  const LACKS: readonly {
    readonly title: string;
    readonly options?: RunnerOptions;
    readonly env?: Environment;
    readonly mints: number;
  }[] = [
    {
      title: "a home that can be written",
      options: {
        prepare: "mount --bind -o ro $WORLD/home $WORLD/home; mount -o remount,bind,ro $WORLD/home",
      },
      env: { HOME: "WORLD/home" },
      mints: 1,
    },
    { title: "a home that is there", env: { HOME: "/nonexistent" }, mints: 1 },
    { title: "a home that is no folder", env: { HOME: "/etc/passwd" }, mints: 1 },
    { title: "a runtime directory that is there", env: { XDG_RUNTIME_DIR: "/run/user/4711" }, mints: 1 },
    { title: "a runtime directory with a full path", env: { XDG_RUNTIME_DIR: "run" }, mints: 1 },
    {
      title: "a bus where its address leads",
      env: { DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent" },
      mints: 1,
    },
    {
      title: "a byte of free memory or disk",
      options: {
        memory: "size=4k",
        prepare:
          "mount -t tmpfs -o size=4k tmpfs $TMP; for place in /dev/shm $TMP; do head -c 4096 /dev/zero > $place/full || true; done",
      },
      mints: 2,
    },
    {
      title: "a free inode",
      options: { memory: "nr_inodes=1", prepare: "mount -t tmpfs -o nr_inodes=1 tmpfs $TMP" },
      mints: 2,
    },
    {
      title: "room in its runtime directory",
      options: {
        prepare:
          "mount -t tmpfs -o size=4k,mode=700 tmpfs $WORLD/run; head -c 4096 /dev/zero > $WORLD/run/full || true",
      },
      env: { XDG_RUNTIME_DIR: "WORLD/run" },
      mints: 2,
    },
    {
      title: "anything that can be written",
      options: { memory: "ro", prepare: "mount -t tmpfs -o ro tmpfs $TMP" },
      mints: 2,
    },
  ];

  it.concurrent.each(LACKS)("answers without $title", async ({ options = {}, env = {}, mints }) => {
    await onRunner(options, async ({ get }, sandbox) => {
      const here = Object.entries(env).map(([name, value]) => [name, value.replace("WORLD", sandbox.folder)]);
      const added: Environment = Object.fromEntries(here);
      expect(await get(added)).toMatchObject(good);
      expect(await get(added)).toMatchObject(good);
      expect(sandbox.standIn.count("mint")).toBe(mints);
    })();
  });

  it.concurrent(
    "answers in a home of another user's, where it may not look",
    onRunner({ prepare: "chmod 700 $WORLD/home $WORLD/run" }, async ({ get }, sandbox) => {
      const env = { HOME: join(sandbox.folder, "home"), XDG_RUNTIME_DIR: join(sandbox.folder, "run") };
      expect(await get(env, STRANGER)).toMatchObject(good);
      expect(sandbox.idOf(await get(env, STRANGER))).toBe(1);
    }),
  );

  it.concurrent(
    "stores no login in plain text: it fails in one line that names the choices, and writes nothing",
    onRunner({}, async ({ docr, look }, sandbox) => {
      const home = { HOME: join(sandbox.folder, "home") };
      for (const stdin of [loginFor("one.test"), loginFor(HOST, "me", "not an API token")]) {
        const outcome = await docr(["store"], stdin, home);
        expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
        expect(outcome.stderr).toMatch(/DOCR_STORE=file.*DOCR_STORE=pass/);
      }
      // But for empty files to lock.
      expect(await look(`find ${sandbox.folder}/home /dev/shm $TMPDIR -type f -size +0`)).toBe("");
    }),
  );
});
