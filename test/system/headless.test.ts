import { join } from "node:path";
import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoExecutable } from "../support/lab/executable.ts";
import { explainMissing } from "../support/lab/parts.ts";
import type { Environment } from "../support/lab/run.ts";
import { CLEAN_FAILURE, summarizeFailure } from "../support/failure.ts";
import { explainNoMounts } from "../support/lab/mounts.ts";
import { waitUntil } from "../support/lab/service.ts";
import { HOST, loginFor } from "../support/requests.ts";
import { onRunner, OTHER_USER, type RunnerOptions } from "./runner.ts";

const good = { code: 0, stderr: "" };
const reason = explainNoExecutable() ?? explainNoMounts() ?? explainMissing(["setpriv"]);
const LIST_SHM =
  "cd /dev/shm && find . -mindepth 1 -printf '%m %y %p\\n' | sed -E 's/-[0-9a-f]*(-of-[0-9a-f]*)?$//' | sort -u";

describeUnless(reason, "a runner without a session", () => {
  it.concurrent(
    "needs nothing but an API token in its environment, and caches in private shared memory",
    onRunner({}, async ({ get, shell }, sandbox) => {
      expect(await get()).toMatchObject(good);
      expect(sandbox.idOf(await get())).toBe(1);
      expect(sandbox.standIn.count("mint")).toBe(1);
      const places = (await shell(LIST_SHM)).trim().split("\n");
      expect(places).toContain("700 d ./docr");
      expect(places).toContain("600 f ./docr-0/minted");
      // No other user can read or enter anything.
      expect(places.filter((line) => !/^(?:700 d|600 f) /.test(line))).toEqual([]);
    }),
  );

  it.concurrent(
    "mints once for 20 concurrent gets",
    onRunner({}, async ({ get }, sandbox) => {
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => get()));
      expect(new Set(outcomes.map(({ code, stderr }) => `${code} ${stderr}`))).toEqual(new Set(["0 "]));
      expect(new Set(outcomes.map((outcome) => sandbox.idOf(outcome)))).toEqual(new Set([1]));
      expect(sandbox.standIn.count("mint")).toBe(1);
    }),
  );

  it.concurrent(
    "caches each user's credentials in a folder of their own",
    onRunner({}, async ({ get, shell }, sandbox) => {
      expect(await get()).toMatchObject(good);
      expect(await get({}, OTHER_USER)).toMatchObject(good);
      expect(sandbox.idOf(await get({}, OTHER_USER))).toBe(2);
      expect(sandbox.standIn.count("mint")).toBe(2);
      expect(await shell("stat -c '%u %a' /dev/shm/docr-0 /dev/shm/docr-4711")).toBe("0 700\n4711 700\n");
    }),
  );

  it.concurrent(
    "keeps the credentials of two homes of one user apart, and a logout revokes its own home's",
    onRunner({}, async ({ get, docr, shell }, sandbox) => {
      const [a, b] = [{ HOME: "/home/a" }, { HOME: "/home/b" }];
      expect([sandbox.idOf(await get(a)), sandbox.idOf(await get(b))]).toEqual([1, 2]);
      const { stdout } = await docr(["status", "--json"], "", b);
      expect(JSON.parse(stdout).credentials).toHaveLength(1);
      expect(await docr(["logout", "--all"], "", a)).toMatchObject({ code: 0 });
      expect(sandbox.standIn.account.minted.map(({ revoked }) => revoked)).toEqual([true, false]);
      expect(sandbox.idOf(await get(b))).toBe(2);
      expect(await docr(["erase"], HOST, b)).toMatchObject({ code: 0, stderr: "" });
      expect(sandbox.standIn.account.minted.map(({ revoked }) => revoked)).toEqual([true, true]);
      expect(await shell("ls /dev/shm/docr-0 | grep -c minted-")).toBe("0\n");
    }),
  );

  it.concurrent(
    "logs out within seconds if DigitalOcean is slow, and a background process revokes the credential",
    onRunner({}, async ({ get, docr }, sandbox) => {
      await get();
      sandbox.standIn.faults.add({ kind: "hang", path: "/v1/oauth/revoke" });
      const erased = await docr(["erase"], HOST);
      expect(erased).toMatchObject({ code: 0, stdout: "" });
      expect(erased.stderr).toMatch(/^docr: still revoking one credential in the background/);
      expect(erased.ms).toBeLessThan(5_000);
      const isRevoked = async (): Promise<boolean> => sandbox.standIn.account.minted[0]?.revoked === true;
      expect(await waitUntil(isRevoked, 10)).toBe(true);
    }),
  );

  /** What another user can put in the folder's place. */
  const OBSTACLES: readonly { readonly title: string; readonly prepare: string }[] = [
    {
      title: "a symbolic link to a folder",
      prepare: "mkdir -m 700 $SANDBOX/trap; ln -s $SANDBOX/trap /dev/shm/docr-0",
    },
    { title: "a symbolic link to nowhere", prepare: "ln -s $SANDBOX/nowhere /dev/shm/docr-0" },
    {
      title: "another user's folder",
      prepare: "mkdir -m 700 /dev/shm/docr-0; chown 4711 /dev/shm/docr-0",
    },
    {
      title: "another user's open folder",
      prepare: "mkdir -m 777 /dev/shm/docr-0; chown 4711 /dev/shm/docr-0",
    },
    { title: "a file", prepare: "echo x > /dev/shm/docr-0" },
  ];

  it.concurrent.each(OBSTACLES)(
    "caches elsewhere if $title is in its folder's place",
    async ({ prepare }) => {
      await onRunner({ prepare }, async ({ get, shell }, sandbox) => {
        expect(await get()).toMatchObject(good);
        expect(sandbox.idOf(await get())).toBe(1);
        expect(sandbox.standIn.count("mint")).toBe(1);
        expect(
          await shell("find -H /dev/shm/docr-0 -name 'minted*'; ls -A $TMPDIR/../trap 2>/dev/null"),
        ).toBe("");
        expect(await shell("stat -c '%u %a' $TMPDIR/docr-0")).toBe("0 700\n");
        expect(await shell("find $TMPDIR/docr-0 -type f -name 'minted-*' -perm 600 | wc -l")).toBe("1\n");
      })();
    },
  );

  it.concurrent(
    "closes its folder if other users can enter it, and does not use a file that they could read",
    onRunner({ prepare: "mkdir -m 777 /dev/shm/docr-0" }, async ({ get, shell }, sandbox) => {
      expect(await get()).toMatchObject(good);
      expect(await shell("stat -c '%a' /dev/shm/docr-0")).toBe("700\n");
      await shell("chmod 644 /dev/shm/docr-0/minted-* /dev/shm/docr-0/warm-*");
      expect(sandbox.idOf(await get())).toBe(2);
    }),
  );

  /** What the runner lacks. */
  const MISSING: readonly {
    readonly title: string;
    readonly options?: RunnerOptions;
    readonly env?: Environment;
  }[] = [
    {
      title: "a writable home",
      options: {
        prepare: "mount --bind -o ro $SANDBOX/home $SANDBOX/home; mount -o remount,bind,ro $SANDBOX/home",
      },
      env: { HOME: "SANDBOX/home" },
    },
    { title: "an existing home", env: { HOME: "/nonexistent" } },
    { title: "a home that is a folder", env: { HOME: "/etc/passwd" } },
    { title: "an existing runtime directory", env: { XDG_RUNTIME_DIR: "/run/user/4711" } },
    { title: "a runtime directory with a full path", env: { XDG_RUNTIME_DIR: "run" } },
    {
      title: "a bus at the bus's address",
      env: { DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent" },
    },
    {
      title: "space in its runtime directory",
      options: {
        prepare:
          "mount -t tmpfs -o size=4k,mode=700 tmpfs $SANDBOX/run; head -c 4096 /dev/zero > $SANDBOX/run/full || true",
      },
      env: { XDG_RUNTIME_DIR: "SANDBOX/run" },
    },
  ];

  it.concurrent.each(MISSING)("works without $title", async ({ options = {}, env = {} }) => {
    await onRunner(options, async ({ get }, sandbox) => {
      const here = Object.entries(env).map(([name, value]) => [
        name,
        value.replace("SANDBOX", sandbox.folder),
      ]);
      const added: Environment = Object.fromEntries(here);
      expect(await get(added)).toMatchObject(good);
      expect(await get(added)).toMatchObject(good);
      expect(sandbox.standIn.count("mint")).toBe(1);
    })();
  });

  it.concurrent(
    "works with the home of another user, which it cannot enter",
    onRunner({ prepare: "chmod 700 $SANDBOX/home $SANDBOX/run" }, async ({ get }, sandbox) => {
      const env = { HOME: join(sandbox.folder, "home"), XDG_RUNTIME_DIR: join(sandbox.folder, "run") };
      expect(await get(env, OTHER_USER)).toMatchObject(good);
      expect(sandbox.idOf(await get(env, OTHER_USER))).toBe(1);
    }),
  );

  it.concurrent(
    "stores no login in plain text: it fails with the stores to choose from, and writes nothing",
    onRunner({}, async ({ docr, shell }, sandbox) => {
      const home = { HOME: join(sandbox.folder, "home") };
      for (const stdin of [loginFor("one.test"), loginFor(HOST, "me", "not an API token")]) {
        const outcome = await docr(["store"], stdin, home);
        expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
        expect(outcome.stderr).toMatch(/DOCR_STORE=file.*DOCR_STORE=pass/);
      }
      // Except the empty files of locks.
      expect(await shell(`find ${sandbox.folder}/home /dev/shm $TMPDIR -type f -size +0`)).toBe("");
    }),
  );
});
