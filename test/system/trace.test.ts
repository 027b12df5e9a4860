import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoExecutable } from "../support/lab/executable.ts";
import { explainMissing, KEYRING } from "../support/lab/parts.ts";
import { waitUntil } from "../support/lab/service.ts";
import { backdate } from "../support/private-folder.ts";
import { HOST, loginFor, readTrace } from "../support/requests.ts";
import { inSandbox } from "./sandbox.ts";

const DEBUG = { DOCR_LOG: "debug" };

describeUnless(explainNoExecutable(), "a trace when asked", () => {
  it.concurrent(
    "is one JSON line a decision on stderr: who asked, which source, what came of it, how long it took, under which id",
    inSandbox({}, async (sandbox) => {
      const cold = await sandbox.get(DEBUG);
      expect(cold.code).toBe(0);
      expect(cold.stderr).toMatch(/^(?:\{[^\n]*\}\n)+$/);
      const lines = readTrace(cold.stderr);
      const events = lines.map(({ event }) => event);
      expect(events).toEqual(["asked", "get", "token", "api", "api", "minted", "answered"]);
      const [asked, get, token, list, mint, minted, answered] = lines;
      expect(asked).toMatchObject({ verb: "get", client: process.pid });
      expect(get).toMatchObject({ digitalocean: true, host: HOST });
      expect(token).toMatchObject({ source: "DIGITALOCEAN_ACCESS_TOKEN" });
      for (const call of [list, mint]) {
        expect(call).toMatchObject({ method: "GET", status: 200 });
        expect(call?.["ms"]).toEqual(expect.any(Number));
        expect(call?.["requestId"]).toMatch(/^[0-9a-f-]{36}$/);
      }
      expect(minted).toMatchObject({ access: "read-write", registry: "acme", seconds: 3600 });
      expect(answered).toMatchObject({ exitCode: 0 });
      for (const line of lines) {
        expect(Date.parse(String(line["time"]))).toBeGreaterThan(Date.now() - 60_000);
        expect(line["at"]).toEqual(expect.any(Number));
      }

      const warm = await sandbox.get(DEBUG);
      expect(readTrace(warm.stderr).map(({ event }) => event)).toEqual([
        "asked",
        "get",
        "cached",
        "answered",
      ]);
      expect(warm.stdout).toBe(cold.stdout);
    }),
  );

  it.concurrent(
    "leaves stdout and stderr as they are without it, where it goes to a file, which nobody else can read",
    inSandbox({}, async (sandbox) => {
      await sandbox.get();
      const plain = await sandbox.get();
      const traced = await sandbox.get(sandbox.traced);
      expect([traced.stdout === plain.stdout, traced.stderr, traced.code]).toEqual([true, "", 0]);
      const path = sandbox.traced["DOCR_LOG"] ?? "";
      expect(statSync(path).mode & 0o777).toBe(0o600);
      const before = sandbox.trace().length;
      await sandbox.docr("list", { env: sandbox.traced });
      // Appended.
      expect(sandbox.trace().length).toBeGreaterThan(before);
      expect(new Set(sandbox.trace().map(({ pid }) => pid)).size).toBe(2);
    }),
  );

  it.concurrent(
    "says what was refused, and the error itself is still there",
    inSandbox({}, async (sandbox) => {
      sandbox.standIn.account.removeToken(sandbox.token);
      const outcome = await sandbox.get(DEBUG);
      expect(outcome.code).toBe(1);
      const lines = outcome.stderr.split("\n");
      const trace = readTrace(lines.filter((line) => line.startsWith("{")).join("\n"));
      expect(trace.find(({ event }) => event === "refused")).toMatchObject({ code: "api-unauthorized" });
      expect(trace.at(-1)).toMatchObject({ event: "answered", exitCode: 1, code: "api-unauthorized" });
      expect(lines.filter((line) => line.startsWith("docr: "))).toHaveLength(1);
    }),
  );

  it.concurrent(
    "is written by the process in the background too",
    inSandbox({}, async (sandbox) => {
      await sandbox.get(sandbox.traced);
      backdate(sandbox.privateFolder, 31);
      await sandbox.get(sandbox.traced);
      const isRenewed = async (): Promise<boolean> =>
        sandbox.trace().filter(({ event }) => event === "minted").length === 2;
      expect(await waitUntil(isRenewed, 10)).toBe(true);
      expect(new Set(sandbox.trace().map(({ pid }) => pid)).size).toBe(3);
    }),
  );

  it.concurrent(
    "that cannot be written is no reason to fail, nor to say anything",
    inSandbox({}, async (sandbox) => {
      for (const path of [sandbox.folder, join(sandbox.folder, "missing", "log"), "/proc/version"]) {
        expect(await sandbox.get({ DOCR_LOG: path })).toMatchObject({ code: 0, stderr: "" });
      }
    }),
  );

  it.concurrent.each([{}, { DOCR_LOG: "" }])("writes nothing where nobody asked for it: %j", async (env) => {
    await inSandbox({}, async (sandbox) => {
      const before = new Set(readdirSync(sandbox.folder, { recursive: true }).map(String));
      expect(await sandbox.get(env)).toMatchObject({ code: 0, stderr: "" });
      expect(await sandbox.docr("list", { env })).toMatchObject({ code: 0, stderr: "" });
      const added = readdirSync(sandbox.folder, { recursive: true })
        .map(String)
        .filter((path) => !before.has(path));
      expect(added.filter((path) => !path.startsWith("run/docr"))).toEqual([]);
      expect(existsSync(sandbox.traced["DOCR_LOG"] ?? "")).toBe(false);
    })();
  });
});

const noKeyring = explainNoExecutable() ?? explainMissing(KEYRING);

describeUnless(noKeyring, "a trace and all other output", () => {
  it(
    "hold no secret, whatever happens",
    inSandbox({ keyring: true }, async (sandbox) => {
      const { account } = sandbox.standIn;
      const password = "correct-horse-battery-staple";
      const secrets = [sandbox.token, password, "in-the-address"];
      const outputs: string[] = [];
      const ask = async (verb: string, stdin: string, env = {}): Promise<void> => {
        const outcome = await sandbox.docr(verb, { stdin, env: { ...sandbox.traced, ...env } });
        outputs.push(outcome.stderr);
        // A `get` is asked for a secret, and gives it on stdout when it succeeds.
        if (verb !== "get" || outcome.code !== 0) outputs.push(outcome.stdout);
      };
      await ask("store", loginFor(HOST, "me", sandbox.token));
      await ask("get", HOST);
      await ask("store", loginFor(HOST, "me", account.minted[0]?.secret));
      await ask("store", loginFor("one.test", "me", password));
      await ask("store", loginFor("https://me:in-the-address@two.test/", "me", password));
      await ask("get", "https://me:in-the-address@two.test/");
      await ask("get", "https://me:in-the-address@three.test/");
      await ask("get", "one.test");
      await ask("list", "unused");
      backdate(sandbox.privateFolder, 50);
      await ask("get", HOST);
      await ask("get", HOST, { DIGITALOCEAN_ACCESS_TOKEN: `${sandbox.token}0` });
      await ask("get", HOST, { DIGITALOCEAN_ACCESS_TOKEN: "" });
      sandbox.standIn.faults.add({ kind: "answer", path: "/v2/*", status: 401 });
      await ask("get", HOST, { DOCR_ACCESS: "read-only" });
      sandbox.standIn.faults.add({ kind: "malformed", path: "/v2/*" });
      await ask("get", HOST, { DOCR_ACCESS: "read-only" });
      await ask("store", `{"ServerURL":"x","Username":"y","Secret":"${password}"`);
      await ask("prune", "");
      sandbox.standIn.faults.add({ kind: "reset", path: "/*", times: 20 });
      await ask("erase", HOST);
      const text = outputs.join("\n") + JSON.stringify(sandbox.trace());
      // Else nothing was searched.
      expect(account.minted.length).toBeGreaterThan(1);
      expect(sandbox.trace().length).toBeGreaterThan(40);
      const found = [...secrets, ...account.minted.map(({ secret }) => secret)].filter(
        (secret) => text.includes(secret) || text.includes(secret.slice("dop_v1_".length)),
      );
      // `list` repeats addresses as they were stored, because clients ask for them in those words.
      expect(found.filter((secret) => secret !== "in-the-address")).toEqual([]);
      expect(JSON.stringify(sandbox.trace()).includes("in-the-address")).toBe(false);
      expect(readFileSync(sandbox.traced["DOCR_LOG"] ?? "", "utf8")).not.toMatch(/do[a-z]_v1_|[0-9a-f]{64}/);
    }),
  );
});
