import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoExecutable } from "../support/lab/executable.ts";
import { explainMissing, KEYRING } from "../support/lab/parts.ts";
import { listFiles } from "../support/private-folder.ts";
import { HOST, loginFor } from "../support/requests.ts";
import { inSandbox } from "./sandbox.ts";

const reason = explainNoExecutable() ?? explainMissing(KEYRING);

describeUnless(explainNoExecutable(), "many processes with one age vault", () => {
  it(
    "store 20 logins at the same time, list all of them, and leave no other file",
    inSandbox({}, async (sandbox) => {
      const env = { DOCR_STORE: "file" };
      const names = Array.from({ length: 20 }, (_, index) => `r${String(index).padStart(2, "0")}.test`);
      const outcomes = await Promise.all(
        names.map((name) => sandbox.docr("store", { stdin: loginFor(name), env })),
      );
      expect(outcomes.map(({ code, stderr }) => `${code}${stderr}`)).toEqual(names.map(() => "0"));
      const listed = Object.keys(JSON.parse((await sandbox.docr("list", { env })).stdout));
      expect(listed.filter((server) => server !== HOST)).toEqual(names);
      expect(listFiles(join(sandbox.home, ".local", "share", "docr"), "vault")).toEqual(["vault.age"]);
      expect(listFiles(join(sandbox.home, ".config", "docr"))).toEqual(["age-identity.txt", "has-logins"]);
    }),
  );
});

describeUnless(reason, "many processes with one keychain", () => {
  it(
    "store, list, erase and log out at the same time without a crash, a failure or a lost login",
    inSandbox({ keyring: true }, async (sandbox) => {
      await sandbox.docr("store", { stdin: loginFor("stays.test") });
      const bad = new Set<string>();
      const ask = async (verb: string, stdin: string): Promise<void> => {
        const { code, signal, stderr } = await sandbox.docr(verb, { stdin });
        if (code !== 0 || stderr !== "") bad.add(`${verb}: ${code ?? signal} ${stderr}`);
      };
      for (let round = 0; round < 6; round += 1) {
        // libsecret crashes if an item disappears during its search.
        const crowd = [0, 1, 2, 3].flatMap((index) => [
          ask("store", loginFor(`r${index}.test`)),
          ask("list", "unused"),
          ask("erase", `r${(index + 1) % 4}.test`),
          ask("erase", HOST),
        ]);
        await Promise.all(crowd);
      }
      expect([...bad]).toEqual([]);
      const login = await sandbox.docr("get", { stdin: "stays.test" });
      expect(JSON.parse(login.stdout).Secret).toBe("password of stays.test");
    }),
  );

  it(
    "store 20 logins at the same time, and list all of them",
    inSandbox({ keyring: true }, async (sandbox) => {
      const names = Array.from({ length: 20 }, (_, index) => `r${String(index).padStart(2, "0")}.test`);
      const outcomes = await Promise.all(
        names.map((name) => sandbox.docr("store", { stdin: loginFor(name) })),
      );
      expect(outcomes.map(({ code, stderr }) => `${code}${stderr}`)).toEqual(names.map(() => "0"));
      const listed = await sandbox.docr("list", { stdin: "unused" });
      expect(Object.keys(JSON.parse(listed.stdout))).toEqual(names);
    }),
  );

  it(
    "store logins at the same time in sessions without a common lock, and list all of them",
    inSandbox({ keyring: true }, async (sandbox) => {
      await sandbox.docr("store", { stdin: loginFor("r.test") });
      await sandbox.docr("list", { stdin: "unused" });
      const names = Array.from({ length: 12 }, (_, index) => `s${String(index).padStart(2, "0")}.test`);
      const store = async (name: string): Promise<number | null> => {
        const runtimeDir = join(sandbox.folder, name);
        mkdirSync(runtimeDir, { mode: 0o700 });
        return (await sandbox.docr("store", { stdin: loginFor(name), env: { XDG_RUNTIME_DIR: runtimeDir } }))
          .code;
      };
      expect(new Set(await Promise.all(names.map(store)))).toEqual(new Set([0]));
      const listed = await sandbox.docr("list", { stdin: "unused" });
      expect(Object.keys(JSON.parse(listed.stdout))).toEqual(["r.test", ...names]);
    }),
  );
});
