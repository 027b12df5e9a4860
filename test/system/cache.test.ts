import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { createStandIn, type StandIn } from "../support/fakes/digitalocean-api.ts";
import { describeUnless, itUnless } from "../support/lab/describe.ts";
import { explainNoExecutable, PROGRAMS } from "../support/lab/executable.ts";
import { explainMissing, KEYRING } from "../support/lab/parts.ts";
import { createUser, type User } from "../support/lab/user.ts";
import type { Environment, Outcome } from "../support/lab/run.ts";

const HOST = "registry.digitalocean.com";
const SERVICE = "docker-credential-docr";
const reason = explainNoExecutable() ?? explainMissing([...KEYRING, "secret-tool"]);

for (const program of PROGRAMS) {
  describeUnless(reason, `where a minted credential is kept by ${basename(program)}`, () => {
    let folder: string;
    let user: User;
    let standIn: StandIn;
    let kept: string;
    let ci: Environment;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "docr-c-"));
      user = await createUser(join(folder, "p"), program);
      kept = join(user.env["XDG_RUNTIME_DIR"] ?? "", "docr");
      standIn = await createStandIn({ registries: ["acme"] });
      ci = {
        DIGITALOCEAN_ACCESS_TOKEN: standIn.account.addToken(),
        DIGITALOCEAN_API_URL: standIn.url,
        DIGITALOCEAN_OAUTH_URL: standIn.url,
      };
    });
    afterAll(async () => {
      await standIn.close();
      await user.close();
      rmSync(folder, { recursive: true, force: true });
    });
    beforeEach(async () => {
      await user.docr("erase", { stdin: HOST, env: ci });
      rmSync(kept, { recursive: true, force: true });
      standIn.reset();
    });

    const get = (added: Environment = {}): Promise<Outcome> =>
      user.docr("get", { stdin: HOST, env: { ...ci, ...added } });
    const getIn = (minutes: number): Promise<Outcome> =>
      user.run("faketime", ["-f", `+${minutes}m`, program, "get"], { stdin: HOST, env: ci });
    const files = (): readonly string[] => readdirSync(kept).map((name) => join(kept, name));
    const isInKeychain = async (): Promise<boolean> =>
      (await user.keyring.dump(SERVICE)).includes(standIn.account.minted.at(-1)?.secret ?? "nothing minted");

    it("is a 0600 file in a 0700 folder of the runtime directory, and not the keychain", async () => {
      await get();
      expect(statSync(kept).mode & 0o777).toBe(0o700);
      expect(files().length).toBeGreaterThan(0);
      expect(files().map((path) => statSync(path).mode & 0o777)).toEqual(files().map(() => 0o600));
      expect(await isInKeychain()).toBe(false);
    });

    it("is never named after the API token", async () => {
      await get();
      const token = (ci["DIGITALOCEAN_ACCESS_TOKEN"] ?? "").slice("dop_v1_".length);
      const everything = files().map((path) => path + readFileSync(path, "utf8"));
      expect(everything.some((text) => text.includes(token))).toBe(false);
    });

    it("is the keychain where DOCR_CACHE says so, and no file", async () => {
      await get({ DOCR_CACHE: "keychain" });
      expect(await isInKeychain()).toBe(true);
      expect((await get({ DOCR_CACHE: "keychain" })).code).toBe(0);
      expect(standIn.count("mint")).toBe(1);
      await user.docr("erase", { stdin: HOST, env: { ...ci, DOCR_CACHE: "keychain" } });
      expect(await isInKeychain()).toBe(false);
      expect(standIn.account.minted.at(-1)?.revoked).toBe(true);
    });

    it("is nowhere where DOCR_CACHE says none: each get mints", async () => {
      await get({ DOCR_CACHE: "none" });
      await get({ DOCR_CACHE: "none" });
      expect(standIn.count("mint")).toBe(2);
    });

    it.each([
      ["another API token", () => ({ DIGITALOCEAN_ACCESS_TOKEN: standIn.account.addToken() })],
      ["another access", () => ({ DOCR_ACCESS: "read-only" })],
    ])("is not shared with %s", async (_title, change) => {
      await get();
      await get(change());
      expect(standIn.count("mint")).toBe(2);
    });

    itUnless(
      explainMissing(["faketime"]),
      "is minted anew with less than 15 minutes left, and not before",
      async () => {
        await get();
        expect((await getIn(44)).code).toBe(0);
        expect(standIn.count("mint")).toBe(1);
        expect((await getIn(46)).code).toBe(0);
        expect(standIn.count("mint")).toBe(2);
      },
    );

    it("is closed to others again where somebody opened its folder", async () => {
      await get();
      chmodSync(kept, 0o755);
      expect((await get()).code).toBe(0);
      expect(statSync(kept).mode & 0o777).toBe(0o700);
    });

    it("is not taken from a file that others may read", async () => {
      await get();
      for (const path of files()) chmodSync(path, 0o644);
      expect((await get()).code).toBe(0);
      expect(standIn.count("mint")).toBe(2);
    });

    it("is not taken through a symbolic link", async () => {
      await get();
      const elsewhere = join(folder, "elsewhere");
      renameSync(kept, elsewhere);
      symlinkSync(elsewhere, kept);
      expect((await get()).code).toBe(0);
      expect(standIn.count("mint")).toBe(2);
      rmSync(kept);
    });

    it("is not needed: an unwritable runtime directory costs a mint and no answer", async () => {
      const nowhere = join(folder, "nowhere");
      mkdirSync(nowhere, { recursive: true });
      const outcome = await get({ XDG_RUNTIME_DIR: join(nowhere, "missing") });
      expect(outcome.code).toBe(0);
    });

    it("serves the second get without any call, and in a blink", async () => {
      await get();
      standIn.reset();
      const outcome = await get();
      expect(outcome).toMatchObject({ code: 0, stderr: "" });
      expect(standIn.calls).toEqual([]);
    });
  });
}
