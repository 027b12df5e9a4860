import { join } from "node:path";
import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoExecutable } from "../support/lab/executable.ts";
import { explainNoMounts } from "../support/lab/mounts.ts";
import { explainMissing } from "../support/lab/parts.ts";
import { HOST, loginFor } from "../support/requests.ts";
import { onRunner, OTHER_USER } from "./runner.ts";

/** Runs the command as an ordinary user, because root can enter every folder. */
const withUmask = (mask: string): readonly string[] => [
  ...OTHER_USER,
  "sh",
  "-c",
  `umask ${mask}; exec "$@"`,
  "sh",
];
/** Gives the home and the runtime directory to that user. */
const prepare = "chown 4711 $SANDBOX/home $SANDBOX/run; chmod 700 $SANDBOX/run";
const LIST_FOLDERS = "find home run -mindepth 1 -type d -printf '%m %u %p\\n'";
const reason = explainNoExecutable() ?? explainNoMounts() ?? explainMissing(["setpriv"]);

describeUnless(reason, "a umask that would keep the user out of new folders", () => {
  it.concurrent.each(["177", "777", "277"])("costs no later get its cache (umask %s)", async (mask) => {
    await onRunner({ prepare }, async ({ get }, sandbox) => {
      const env = { HOME: sandbox.home, XDG_RUNTIME_DIR: join(sandbox.folder, "run") };
      const outcomes = [
        await get(env, withUmask(mask)),
        await get(env, withUmask("022")),
        await get(env, OTHER_USER),
      ];
      expect(outcomes.map(({ code, stderr }) => [code, stderr])).toEqual(outcomes.map(() => [0, ""]));
      expect(sandbox.standIn.count("mint")).toBe(1);
    })();
  });

  it.concurrent(
    "does not keep docr out of a private folder that an earlier version made with it",
    onRunner(
      { prepare: `${prepare}; mkdir -m 600 $SANDBOX/run/docr; chown 4711 $SANDBOX/run/docr` },
      async ({ get }, sandbox) => {
        const env = { HOME: sandbox.home, XDG_RUNTIME_DIR: join(sandbox.folder, "run") };
        await get(env, OTHER_USER);
        await get(env, OTHER_USER);
        expect(sandbox.standIn.count("mint")).toBe(1);
      },
    ),
  );

  it.concurrent.each(["177", "777"])(
    "leaves the user's ~/.config, ~/.local and ~/.docker usable (umask %s)",
    async (mask) => {
      await onRunner({ prepare }, async ({ docr, shell }, sandbox) => {
        const env = { HOME: sandbox.home, DOCR_STORE: "file" };
        const changes = [
          await docr(["store"], loginFor("one.test"), env, withUmask(mask)),
          await docr(["configure", "--client", "docker"], "", env, withUmask(mask)),
          await docr(["store"], loginFor("two.test"), env, OTHER_USER),
        ];
        expect(changes.map(({ code }) => code)).toEqual([0, 0, 0]);
        const { stdout } = await docr(["list"], "", env, OTHER_USER);
        expect(Object.keys(JSON.parse(stdout)).filter((server) => server !== HOST)).toEqual([
          "one.test",
          "two.test",
        ]);
        const folders = (await shell(`cd ${sandbox.folder}; ${LIST_FOLDERS}`)).trim().split("\n");
        for (const path of ["home/.config", "home/.config/docr", "home/.local/share", "home/.docker"])
          expect(folders).toContain(`700 4711 ${path}`);
      })();
    },
  );
});
