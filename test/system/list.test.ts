import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoExecutable } from "../support/lab/executable.ts";
import { explainMissing, KEYRING } from "../support/lab/parts.ts";
import { runWell } from "../support/lab/run.ts";
import { inWorld, loginTo, type World } from "./world.ts";

const reason = explainNoExecutable() ?? explainMissing([...KEYRING, "secret-tool"]);

const SERVICE = "docker-credential-docr";
const HOSTS = ["a.test", "b.test", "c.test"];

async function listOf(world: World): Promise<Record<string, string>> {
  const { code, stdout, stderr } = await world.docr("list", { stdin: "unused" });
  expect([code, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout);
}

/** secret-tool at the item of a login. */
async function withItem(world: World, verb: "clear" | "store", host: string, stdin = ""): Promise<void> {
  const label = verb === "store" ? ["--label", "made elsewhere"] : [];
  const attributes = ["service", SERVICE, "account", `login:${host}`];
  await runWell("secret-tool", [verb, ...label, ...attributes], { env: world.keyring?.env ?? {}, stdin });
}

describeUnless(reason, "the list of a real keychain", () => {
  it(
    "names what get answers, whatever another program did to the logins since the last list",
    inWorld({ keyring: true }, async (world) => {
      for (const host of HOSTS) await world.docr("store", { stdin: loginTo(host) });
      expect(Object.keys(await listOf(world))).toEqual(HOSTS);
      await withItem(world, "clear", "a.test");
      await withItem(world, "store", "b.test", '{"serverUrl":"b.test","username":"other","secret":"x"}');
      expect(await listOf(world)).toEqual({ "b.test": "other", "c.test": "somebody" });
      expect((await world.docr("get", { stdin: "a.test" })).code).toBe(1);
      expect(JSON.parse((await world.docr("get", { stdin: "b.test" })).stdout).Username).toBe("other");
    }),
  );

  it(
    "names what was stored and erased since the last list",
    inWorld({ keyring: true }, async (world) => {
      expect(await listOf(world)).toEqual({});
      for (const host of HOSTS) await world.docr("store", { stdin: loginTo(host) });
      await world.docr("erase", { stdin: "b.test" });
      expect(Object.keys(await listOf(world))).toEqual(["a.test", "c.test"]);
    }),
  );

  it(
    "fails while the keychain is locked, though it was listed before",
    inWorld({ keyring: true }, async (world) => {
      for (const host of HOSTS) await world.docr("store", { stdin: loginTo(host) });
      await listOf(world);
      await world.keyring?.lock();
      const locked = await world.docr("list", { stdin: "unused" });
      expect([locked.code, locked.stderr]).toEqual([1, expect.stringContaining("keychain is locked")]);
    }),
  );
});
