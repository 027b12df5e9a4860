import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoExecutable } from "../support/lab/executable.ts";
import { explainMissing, KEYRING } from "../support/lab/parts.ts";
import { runWell } from "../support/lab/run.ts";
import { loginFor } from "../support/requests.ts";
import { inSandbox, type Sandbox } from "./sandbox.ts";

const reason = explainNoExecutable() ?? explainMissing([...KEYRING, "secret-tool"]);

const SERVICE = "docker-credential-docr";
const HOSTS = ["a.test", "b.test", "c.test"];

async function listOf(sandbox: Sandbox): Promise<Record<string, string>> {
  const { code, stdout, stderr } = await sandbox.docr("list", { stdin: "unused" });
  expect([code, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout);
}

/** Runs secret-tool on the item of a login. */
async function withItem(sandbox: Sandbox, verb: "clear" | "store", host: string, stdin = ""): Promise<void> {
  const label = verb === "store" ? ["--label", "test"] : [];
  const attributes = ["service", SERVICE, "account", `login:${host}`];
  await runWell("secret-tool", [verb, ...label, ...attributes], { env: sandbox.keyring?.env ?? {}, stdin });
}

describeUnless(reason, "list with a real keychain", () => {
  it(
    "names exactly the logins that get returns after another program changed and removed some",
    inSandbox({ keyring: true }, async (sandbox) => {
      for (const host of HOSTS) await sandbox.docr("store", { stdin: loginFor(host) });
      expect(Object.keys(await listOf(sandbox))).toEqual(HOSTS);
      await withItem(sandbox, "clear", "a.test");
      await withItem(sandbox, "store", "b.test", '{"serverUrl":"b.test","username":"other","secret":"x"}');
      expect(await listOf(sandbox)).toEqual({ "b.test": "other", "c.test": "sammy" });
      expect((await sandbox.docr("get", { stdin: "a.test" })).code).toBe(1);
      expect(JSON.parse((await sandbox.docr("get", { stdin: "b.test" })).stdout).Username).toBe("other");
    }),
  );

  it(
    "names what docr stored and erased since the last list",
    inSandbox({ keyring: true }, async (sandbox) => {
      expect(await listOf(sandbox)).toEqual({});
      for (const host of HOSTS) await sandbox.docr("store", { stdin: loginFor(host) });
      await sandbox.docr("erase", { stdin: "b.test" });
      expect(Object.keys(await listOf(sandbox))).toEqual(["a.test", "c.test"]);
    }),
  );

  it(
    "is empty while the keychain is locked, and complete again afterwards",
    inSandbox({ keyring: true }, async (sandbox) => {
      for (const host of HOSTS) await sandbox.docr("store", { stdin: loginFor(host) });
      await listOf(sandbox);
      await sandbox.keyring?.lock();
      const locked = await sandbox.docr("list", { stdin: "unused" });
      expect(locked).toMatchObject({ code: 0, stdout: "{}\n", stderr: "" });
      await sandbox.keyring?.restart("unlocked");
      expect(Object.keys(await listOf(sandbox))).toEqual(HOSTS);
    }),
  );
});
