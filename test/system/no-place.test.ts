import { join } from "node:path";
import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoExecutable } from "../support/lab/executable.ts";
import { explainNoMounts } from "../support/lab/mounts.ts";
import { explainMissing, KEYRING } from "../support/lab/parts.ts";
import { HOST, loginFor } from "../support/requests.ts";
import { onRunner, type RunnerOptions } from "./runner.ts";

const NOT_KEPT =
  "docr: could not cache this credential: each request mints another one, and a logout does not revoke them; docr doctor says why\n";
const NOT_RECORDED =
  "credentials minted on this machine could not be recorded, and stay valid until they expire";
const NOTHING_CACHED =
  "docr can cache nothing here, so each request mints a credential, and a logout does not revoke it";

const FULL: RunnerOptions = {
  memory: "size=4k",
  prepare:
    "mount -t tmpfs -o size=4k tmpfs $TMP; for place in /dev/shm $TMP; do head -c 4096 /dev/zero > $place/full || true; done",
};

/** Runners whose shared folders docr cannot use, and the reason that docr gives. */
const UNUSABLE: readonly (readonly [title: string, options: RunnerOptions, reason: string])[] = [
  [
    "belong to another user",
    { prepare: "for place in /dev/shm $TMP; do mkdir $place/docr-0; chown 4711 $place/docr-0; done" },
    "/dev/shm/docr-0 is not a folder that only this user can access",
  ],
  ["are full", FULL, "/dev/shm/docr-0 is full"],
  [
    "have no free inode",
    { memory: "nr_inodes=1", prepare: "mount -t tmpfs -o nr_inodes=1 tmpfs $TMP" },
    "/dev/shm/docr-0 has no free inodes",
  ],
  [
    "are read-only",
    { memory: "ro", prepare: "mount -t tmpfs -o ro tmpfs $TMP" },
    "/dev/shm/docr-0 is read-only",
  ],
];

describeUnless(explainNoExecutable() ?? explainNoMounts(), "docr on a machine whose shared folders", () => {
  it.concurrent.each(UNUSABLE)(
    "%s says at each mint, in doctor, in status and at the logout that it keeps nothing",
    async (_title, options, reason) => {
      await onRunner(options, async ({ get, docr }, sandbox) => {
        for (let id = 1; id <= 2; id += 1) {
          const outcome = await get();
          expect([outcome.code, outcome.stderr, sandbox.idOf(outcome)]).toEqual([0, NOT_KEPT, id]);
        }
        const doctor = await docr(["doctor"], "");
        expect(doctor.stdout.replaceAll(/\s+/g, " ")).toContain(
          `${NOTHING_CACHED}: XDG_RUNTIME_DIR is not set, ${reason}`,
        );
        const status = await docr(["status"], "");
        expect(status.stdout).toContain(`${NOTHING_CACHED}; docr doctor says why`);
        expect((await docr(["logout"], "")).stdout).toBe(`${NOT_RECORDED}\n`);
        const erased = await docr(["erase"], HOST);
        expect([erased.code, erased.stderr]).toEqual([0, `docr: ${NOT_RECORDED}\n`]);
      })();
    },
  );

  it.concurrent.each(UNUSABLE)(
    "%s keeps credentials in the user's own directory for state",
    async (_title, options) => {
      await onRunner(options, async ({ get, docr, shell }, sandbox) => {
        for (const [env, folder] of [
          [{ HOME: sandbox.home }, ".local/state"],
          [{ HOME: sandbox.home, XDG_STATE_HOME: join(sandbox.home, "other") }, "other"],
        ] as const) {
          const first = await get(env);
          const second = await get(env);
          expect([first.code, first.stderr, second.code, second.stderr]).toEqual([0, "", 0, ""]);
          expect(sandbox.idOf(second)).toBe(sandbox.idOf(first));
          const modes = await shell(`cd ${sandbox.home}/${folder}; stat -c '%a %u' . docr docr/minted-*`);
          expect(modes).toBe("700 0\n700 0\n600 0\n");
          expect((await docr(["logout"], "", env)).stdout).toContain("revoked 1 credential");
        }
      })();
    },
  );

  it.concurrent(
    "have become read-only names the folder at a logout, which cannot erase what is there",
    onRunner({}, async ({ get, docr, shell }) => {
      expect(await get()).toMatchObject({ code: 0, stderr: "" });
      await shell("mount -o remount,ro /dev/shm");
      const { code, stderr } = await docr(["logout"], "");
      expect(code).toBe(1);
      expect(stderr).toContain("files in /dev/shm/docr-0 cannot be erased (EROFS)");
    }),
  );

  it.concurrent(
    "belong to another user writes nothing to the home of another user",
    onRunner(
      { prepare: `${UNUSABLE[0]?.[1].prepare}; chown 4711 $SANDBOX/home` },
      async ({ get, shell }, sandbox) => {
        const outcome = await get({ HOME: sandbox.home });
        expect([outcome.code, outcome.stderr]).toEqual([0, NOT_KEPT]);
        expect(await shell(`find ${sandbox.home} -mindepth 1`)).toBe("");
      },
    ),
  );
});

describeUnless(
  explainNoExecutable() ?? explainNoMounts() ?? explainMissing(KEYRING),
  "a keychain on a machine whose shared folders",
  () => {
    it.concurrent.each(UNUSABLE)("%s is used", async (_title, options) => {
      await onRunner({ ...options, keyring: true }, async ({ docr }, sandbox) => {
        const { PATH: _, ...env } = sandbox.env;
        const stored = await docr(["store"], loginFor("one.test"), env);
        expect([stored.code, stored.stderr]).toEqual([0, ""]);
        const { stdout } = await docr(["get"], "one.test", env);
        expect(JSON.parse(stdout).Secret).toBe("password of one.test");
      })();
    });
  },
);
