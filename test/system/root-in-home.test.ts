import {
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR } from "../support/lab/executable.ts";
import { explainMissing } from "../support/lab/parts.ts";
import { createPasswordStore } from "../support/lab/password-store.ts";
import { run } from "../support/lab/run.ts";
import { CLEAN_FAILURE, summarizeFailure } from "../support/failure.ts";
import { loginFor, secretOf } from "../support/requests.ts";
import {
  asOrdinaryUser,
  explainNoOrdinaryUser,
  ORDINARY_UID,
  type OrdinarySandbox,
} from "./ordinary-user.ts";

/** Runs docr as root with the user's HOME, as under sudo. */
const asRoot = ({ env }: OrdinarySandbox, args: readonly string[], added = {}, stdin = "") =>
  run(DOCR, args, { env: { ...env, ...added }, stdin });

describeUnless(explainNoOrdinaryUser(), "root in a user's home", () => {
  it.concurrent(
    "creates files and folders that the user can change later",
    asOrdinaryUser({}, async (sandbox) => {
      expect(await asRoot(sandbox, ["configure", "--client", "docker"])).toMatchObject({ code: 0 });
      expect(await asRoot(sandbox, ["config", "set", "context", "work"])).toMatchObject({ code: 0 });
      expect(await asRoot(sandbox, ["status"], { DOCR_LOG: join(sandbox.home, "log") })).toMatchObject({
        code: 0,
      });
      const paths = readdirSync(sandbox.home, { recursive: true, encoding: "utf8" });
      expect(paths).toEqual(
        expect.arrayContaining([".docker/config.json", ".config/docr/config.json", "log"]),
      );
      const roots = paths.filter((path) => statSync(join(sandbox.home, path)).uid !== ORDINARY_UID);
      expect(roots).toEqual([]);
      const log = { DOCR_LOG: join(sandbox.home, "log") };
      expect(await sandbox.call("docr", ["config", "set", "context", "home"], { env: log })).toMatchObject({
        code: 0,
      });
      expect(await sandbox.call("docr", ["unconfigure"])).toMatchObject({ code: 0 });
    }),
  );

  it.concurrent(
    "changes no file behind the user's link to another user's file",
    asOrdinaryUser({}, async (sandbox) => {
      const daemon = join(sandbox.folder, "daemon.json");
      writeFileSync(daemon, "{}");
      mkdirSync(join(sandbox.home, ".docker"));
      symlinkSync(daemon, join(sandbox.home, ".docker/config.json"));
      lchownSync(join(sandbox.home, ".docker/config.json"), ORDINARY_UID, ORDINARY_UID);
      mkdirSync(join(sandbox.folder, "roots"));
      symlinkSync(join(sandbox.folder, "roots"), join(sandbox.home, ".config"));
      lchownSync(join(sandbox.home, ".config"), ORDINARY_UID, ORDINARY_UID);
      for (const args of [
        ["configure", "--client", "docker"],
        ["config", "set", "context", "work"],
      ]) {
        const outcome = await asRoot(sandbox, args, { DOCR_LOG: join(sandbox.home, ".config/log") });
        expect(outcome.code).toBe(1);
        expect(outcome.stderr).toMatch(/is behind a link to a file of another user/);
      }
      expect([readFileSync(daemon, "utf8"), readdirSync(join(sandbox.folder, "roots"))]).toEqual(["{}", []]);
    }),
  );

  it.concurrent(
    "creates no vault there, which the user could not open",
    asOrdinaryUser({}, async (sandbox) => {
      const vault = { DOCR_STORE: "file" };
      const outcome = await asRoot(sandbox, ["store"], vault, loginFor("one.test"));
      expect(outcome.code).toBe(1);
      expect(outcome.stderr).toMatch(
        /^docr: the folder of the vault or of its identity belongs to another user;/,
      );
      expect(existsSync(join(sandbox.home, ".local"))).toBe(false);
      const stdin = loginFor("one.test");
      expect(await sandbox.call("docr", ["store"], { env: vault, stdin })).toMatchObject({
        code: 0,
        stderr: "",
      });
    }),
  );

  it.concurrent(
    "may use a vault of its own there",
    asOrdinaryUser({}, async (sandbox) => {
      chownSync(sandbox.home, 0, 0);
      const vault = { DOCR_STORE: "file" };
      expect(await asRoot(sandbox, ["store"], vault, loginFor("one.test"))).toMatchObject({ code: 0 });
      chownSync(sandbox.home, ORDINARY_UID, ORDINARY_UID);
      expect(await asRoot(sandbox, ["store"], vault, loginFor("two.test"))).toMatchObject({ code: 0 });
    }),
  );
});

describeUnless(
  explainNoOrdinaryUser() ?? explainMissing(["pass", "gpg"]),
  "root with a user's password store",
  () => {
    it.concurrent(
      "reads it, and changes nothing in it; a store of root's own it changes",
      asOrdinaryUser({}, async (sandbox) => {
        const store = await createPasswordStore(join(sandbox.folder, "p"));
        try {
          const folder = store.env["PASSWORD_STORE_DIR"] ?? "";
          const pass = { ...store.env, HOME: sandbox.home, DOCR_STORE: "pass" };
          const stored = await asRoot(sandbox, ["store"], pass, loginFor("one.test"));
          expect(stored).toMatchObject({ code: 0, stderr: "" });
          chownSync(folder, ORDINARY_UID, ORDINARY_UID);
          const before = readdirSync(folder, { recursive: true });
          for (const [action, stdin] of [
            ["store", loginFor("two.test")],
            ["store", loginFor("one.test")],
            ["erase", "one.test"],
          ] as const) {
            const outcome = await asRoot(sandbox, ["--as-helper", action], pass, stdin);
            expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
            expect(outcome.stderr).toContain("pass's folder belongs to another user");
            expect(outcome.stderr).toContain("run docr as that user, without sudo");
          }
          expect(readdirSync(folder, { recursive: true })).toEqual(before);
          const got = await asRoot(sandbox, ["get"], pass, "one.test");
          expect(secretOf(got)).toBe("password of one.test");
        } finally {
          await store.stop();
        }
      }),
    );
  },
);
