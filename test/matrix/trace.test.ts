import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { onMachine } from "../support/fakes/test-machine.ts";
import { HOST, loginFor, readTrace } from "../support/requests.ts";

const MINUTE_MS = 60_000;

describe("a trace", () => {
  it.concurrent(
    "to a file changes neither stdout nor stderr, and only this user can read the file",
    onMachine(async (machine) => {
      await machine.get();
      const plain = await machine.get();
      const traced = await machine.get(machine.traced);
      expect([traced.stdout === plain.stdout, traced.stderr, traced.code]).toEqual([true, "", 0]);
      expect(statSync(machine.traced["DOCR_LOG"] ?? "").mode & 0o777).toBe(0o600);
      const before = machine.trace().length;
      await machine.docr("list", { env: machine.traced });
      // docr appends to the file.
      expect(machine.trace().length).toBeGreaterThan(before);
      expect(new Set(machine.trace().map(({ pid }) => pid)).size).toBe(2);
    }),
  );

  it.concurrent(
    "has the code of a failure, whose message is still on stderr",
    onMachine(async ({ get, standIn, token }) => {
      standIn.account.removeToken(token);
      const outcome = await get({ DOCR_LOG: "debug" });
      expect(outcome.code).toBe(1);
      const lines = outcome.stderr.split("\n");
      const trace = readTrace(lines.filter((line) => line.startsWith("{")).join("\n"));
      expect(trace.find(({ event }) => event === "refused")).toMatchObject({ code: "api-unauthorized" });
      expect(trace.at(-1)).toMatchObject({ event: "answered", exitCode: 1, code: "api-unauthorized" });
      expect(lines.filter((line) => line.startsWith("docr: "))).toHaveLength(1);
    }),
  );

  it.concurrent(
    "that cannot be written causes one warning and no failure",
    onMachine(async ({ folder, get }) => {
      for (const path of [folder, join(folder, "missing", "log"), "/proc/version", "/dev/null"]) {
        const outcome = await get({ DOCR_LOG: path });
        expect(outcome.code).toBe(0);
        expect(outcome.stderr).toMatch(/^docr: warning: the trace cannot be written to \/[^\n]+\n$/);
      }
    }),
  );

  it.concurrent.each([{}, { DOCR_LOG: "" }])("is written nowhere with the environment %j", async (env) => {
    await onMachine(async (machine) => {
      const list = (): readonly string[] => readdirSync(machine.folder, { recursive: true }).map(String);
      const before = list();
      expect(await machine.get(env)).toMatchObject({ code: 0, stderr: "" });
      expect(await machine.docr("list", { env })).toMatchObject({ code: 0, stderr: "" });
      const added = list().filter((path) => !before.includes(path));
      expect(added.filter((path) => !path.startsWith("run/docr"))).toEqual([]);
      expect(existsSync(machine.traced["DOCR_LOG"] ?? "")).toBe(false);
    })();
  });

  it.concurrent(
    "has no secret in it, and stderr and the stdout of a failure have none either",
    onMachine(async (machine) => {
      const { standIn, token } = machine;
      const { account } = standIn;
      const password = "correct-horse-battery-staple";
      const secrets = [token, password, "in-the-address"];
      const outputs: string[] = [];
      const ask = async (action: string, stdin: string, env = {}): Promise<void> => {
        const changes = { DIGITALOCEAN_ACCESS_TOKEN: undefined, ...machine.traced, ...env };
        const outcome = await machine.docr(action, { stdin, env: changes });
        outputs.push(outcome.stderr);
        // A `get` that succeeds prints a secret on stdout.
        if (action !== "get" || outcome.code !== 0) outputs.push(outcome.stdout);
      };
      await ask("store", loginFor(HOST, "me", token));
      await ask("get", HOST);
      await ask("store", loginFor(HOST, "me", account.minted[0]?.secret));
      await ask("store", loginFor("one.test", "me", password));
      await ask("store", loginFor("https://me:in-the-address@two.test/", "me", password));
      await ask("get", "https://me:in-the-address@two.test/");
      await ask("get", "https://me:in-the-address@three.test/");
      await ask("get", "one.test");
      await ask("list", "unused");
      machine.pass(50 * MINUTE_MS);
      await ask("get", HOST);
      await ask("get", HOST, { DIGITALOCEAN_ACCESS_TOKEN: `${token}0` });
      await ask("get", HOST, { DIGITALOCEAN_ACCESS_TOKEN: "" });
      standIn.faults.add({ kind: "answer", path: "/v2/*", status: 401 });
      await ask("get", HOST, { DOCR_ACCESS: "read-only" });
      standIn.faults.add({ kind: "malformed", path: "/v2/*" });
      await ask("get", HOST, { DOCR_ACCESS: "read-only" });
      await ask("store", `{"ServerURL":"x","Username":"y","Secret":"${password}"`);
      await ask("prune", "");
      standIn.faults.add({ kind: "reset", path: "/*", times: 20 });
      await ask("erase", HOST);
      const text = outputs.join("\n") + JSON.stringify(machine.trace());
      // The search means nothing without these.
      expect(account.minted.length).toBeGreaterThan(1);
      expect(machine.trace().length).toBeGreaterThan(40);
      const found = [...secrets, ...account.minted.map(({ secret }) => secret)].filter(
        (secret) => text.includes(secret) || text.includes(secret.slice("dop_v1_".length)),
      );
      // `list` prints addresses as clients stored them, because clients ask for them in these words.
      expect(found.filter((secret) => secret !== "in-the-address")).toEqual([]);
      expect(JSON.stringify(machine.trace()).includes("in-the-address")).toBe(false);
      expect(readFileSync(machine.traced["DOCR_LOG"] ?? "", "utf8")).not.toMatch(/do[a-z]_v1_|[0-9a-f]{64}/);
    }),
  );
});
