import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoExecutable } from "../support/lab/executable.ts";
import { waitUntil } from "../support/lab/service.ts";
import { backdate } from "../support/private-folder.ts";
import { HOST, readTrace } from "../support/requests.ts";
import { inSandbox } from "./sandbox.ts";

const DEBUG = { DOCR_LOG: "debug" };

describeUnless(explainNoExecutable(), "the trace of the executables", () => {
  it.concurrent(
    "is one JSON line on stderr for each decision, with the client, the token's source, and the time and request id of each call",
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
    "has the lines of the background process, too",
    inSandbox({}, async (sandbox) => {
      await sandbox.get(sandbox.traced);
      backdate(sandbox.privateFolder, 31);
      await sandbox.get(sandbox.traced);
      const isRefreshed = async (): Promise<boolean> =>
        sandbox.trace().filter(({ event }) => event === "minted").length === 2;
      expect(await waitUntil(isRefreshed, 10)).toBe(true);
      expect(new Set(sandbox.trace().map(({ pid }) => pid)).size).toBe(3);
    }),
  );
});
