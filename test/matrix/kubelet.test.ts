import { existsSync, readdirSync, readFileSync, statSync, writeFileSync, chmodSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decodeResponse, type DecodedResponse } from "../../src/kubelet/decode-response.ts";
import { API_VERSIONS, encodeRequest } from "../../src/kubelet/request.ts";
import { onMachine, type EnvironmentChanges, type TestMachine } from "../support/fakes/test-machine.ts";
import type { Outcome } from "../support/lab/run.ts";
import { HOST, MINT } from "../support/requests.ts";

const HOUR_MS = 3600_000;
const MINUTE_MS = 60_000;
const BETA_MINT = "/v2/registries/beta/docker-credentials";

interface Node {
  /** Runs docr as the kubelet would, without a home and a session. */
  readonly ask: (image?: string, env?: EnvironmentChanges) => Promise<Outcome>;
  /** The number of the credential that the response has for the image. Undefined without one. */
  readonly idOf: (outcome: Outcome) => number | undefined;
  readonly folder: string;
}

function nodeOf({ docr, folder, standIn }: TestMachine): Node {
  const stateDir = join(folder, "state");
  return {
    ask: (image = `${HOST}/acme/app`, env = {}) =>
      docr(["kubelet", "--state-dir", stateDir], {
        stdin: encodeRequest({ apiVersion: API_VERSIONS[0], image }),
        env: { HOME: undefined, XDG_RUNTIME_DIR: undefined, ...env },
      }),
    idOf(outcome) {
      const [login] = [...decoded(outcome).auth.values()];
      return login && standIn.account.findMinted(login.secret.reveal())?.id;
    },
    folder: join(stateDir, "kubelet"),
  };
}

/** Fails unless the kubelet would accept the response. */
function decoded({ code, stdout, stderr }: Outcome): DecodedResponse {
  expect([code, stderr]).toEqual([0, ""]);
  const response = decodeResponse(stdout, API_VERSIONS[0]);
  if ("problem" in response) throw new Error(response.problem);
  return response;
}

/** Fails unless it is a failure as the kubelet wants it: the reason on one line of stderr, and nothing on stdout. */
function reasonOf({ code, stdout, stderr }: Outcome): string {
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(/^docr: [^\n]+$/);
  return stderr;
}

describe("docr kubelet", () => {
  it.concurrent(
    "mints a read-only credential that expires after 12 hours, and answers with it again",
    onMachine(async (machine) => {
      const { ask, idOf, folder } = nodeOf(machine);
      const first = await ask();
      expect(idOf(first)).toBe(1);
      expect([...decoded(first).auth.keys()]).toEqual([`${HOST}/acme/`]);
      expect(decoded(first)).toMatchObject({ cacheKeyType: "Image" });
      const cacheMs = decoded(first).cacheMs ?? 0;
      expect(cacheMs).toBeLessThanOrEqual(6 * HOUR_MS);
      expect(cacheMs).toBeGreaterThan(4.7 * HOUR_MS);
      expect(idOf(await ask(`${HOST}/acme/other`))).toBe(1);
      const [minted] = machine.standIn.account.minted;
      expect(minted?.access).toBe("read-only");
      expect((minted?.expiresAt ?? 0) - (minted?.mintedAt ?? 0)).toBe(12 * HOUR_MS);
      expect(machine.standIn.count()).toBe(1);
      expect(statSync(folder).mode & 0o777).toBe(0o700);
      for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    }),
  );

  it.concurrent(
    "obeys DOCR_TTL, and ignores DOCR_ACCESS and DOCR_CACHE",
    onMachine(async (machine) => {
      const { ask } = nodeOf(machine);
      const env = { DOCR_TTL: "3600", DOCR_ACCESS: "read-write", DOCR_CACHE: "none" };
      await ask(undefined, env);
      await ask(undefined, env);
      const { minted } = machine.standIn.account;
      expect(minted.map(({ access }) => access)).toEqual(["read-only"]);
      expect((minted[0]?.expiresAt ?? 0) - (minted[0]?.mintedAt ?? 0)).toBe(HOUR_MS);
    }),
  );

  it.concurrent(
    "answers for the whole host only if DOCR_REGISTRY names the image's registry",
    onMachine(
      async (machine) => {
        const { ask } = nodeOf(machine);
        const keysOf = async (image: string): Promise<readonly string[]> => {
          const { cacheKeyType, auth } = decoded(await ask(image, { DOCR_REGISTRY: "acme" }));
          return [cacheKeyType, ...auth.keys()];
        };
        expect(await keysOf(`${HOST}/acme/app`)).toEqual(["Registry", HOST]);
        expect(await keysOf(`${HOST}/beta/app`)).toEqual(["Image", `${HOST}/beta/`]);
      },
      { registries: ["acme", "beta"] },
    ),
  );

  it.concurrent(
    "mints one credential for each registry, with one request each",
    onMachine(
      async (machine) => {
        const { ask, idOf } = nodeOf(machine);
        expect([idOf(await ask(`${HOST}/acme/a`)), idOf(await ask(`${HOST}/beta/a`))]).toEqual([1, 2]);
        expect(machine.standIn.calls.map(({ path }) => path)).toEqual([MINT, BETA_MINT]);
      },
      { registries: ["acme", "beta"] },
    ),
  );

  it.concurrent(
    "has no login for another registry's image, without a request and a file",
    onMachine(async (machine) => {
      const { ask, folder } = nodeOf(machine);
      const outcome = await ask("quay.io/acme/app");
      expect(decoded(outcome)).toEqual({ cacheKeyType: "Image", cacheMs: 0, auth: new Map() });
      expect(machine.standIn.count()).toBe(0);
      expect(existsSync(folder)).toBe(false);
    }),
  );

  it.concurrent(
    "replaces a credential from about half its lifetime on, and leaves the previous one alone",
    onMachine(async (machine) => {
      const { ask, idOf } = nodeOf(machine);
      await ask();
      machine.pass(4 * HOUR_MS);
      expect(idOf(await ask())).toBe(1);
      machine.pass(2 * HOUR_MS);
      expect(idOf(await ask())).toBe(2);
      await machine.settle();
      expect(machine.standIn.count("revoke")).toBe(0);
    }),
  );

  it.concurrent(
    "answers with the living credential during an outage, and mints again afterwards",
    onMachine(async (machine) => {
      const { ask, idOf } = nodeOf(machine);
      await ask();
      machine.pass(6 * HOUR_MS);
      machine.standIn.faults.add({
        kind: "answer",
        path: MINT,
        status: 429,
        headers: { "retry-after": "300" },
      });
      expect(idOf(await ask())).toBe(1);
      expect(idOf(await ask())).toBe(1);
      expect(machine.standIn.count("mint")).toBe(2);
      // The jitter makes the pause up to half longer.
      machine.pass(8 * MINUTE_MS);
      expect(idOf(await ask())).toBe(2);
    }),
  );

  it.concurrent(
    "waits for the end of a rate limit that fits the kubelet's patience, and fails at once otherwise",
    onMachine(async (machine) => {
      const { ask, idOf } = nodeOf(machine);
      const limited = { kind: "answer", path: MINT, status: 429 } as const;
      machine.standIn.faults.add({ ...limited, headers: { "retry-after": "2" } });
      expect(idOf(await ask())).toBe(1);
      machine.standIn.faults.add({ ...limited, headers: { "retry-after": "300" } });
      const outcome = await ask(undefined, { DIGITALOCEAN_ACCESS_TOKEN: machine.standIn.account.addToken() });
      expect(reasonOf(outcome)).toContain("try again in 300 s");
      expect(outcome.ms).toBeLessThan(2_500);
    }),
  );

  it.concurrent.each([
    {
      title: "a rejected API token",
      env: { DIGITALOCEAN_ACCESS_TOKEN: `dop_v1_${"a".repeat(64)}` },
      reason: /HTTP 401/,
    },
    {
      title: "no API token",
      env: { DIGITALOCEAN_ACCESS_TOKEN: undefined },
      reason: /DIGITALOCEAN_ACCESS_TOKEN_FILE/,
    },
    { title: "a wrong setting", env: { DOCR_TTL: "soon" }, reason: /DOCR_TTL must be/ },
  ])("fails with the reason alone: $title", async ({ env, reason }) => {
    await onMachine(async (machine) => {
      expect(reasonOf(await nodeOf(machine).ask(undefined, env))).toMatch(reason);
    })();
  });

  it.concurrent(
    "fails for a registry that the account does not have, and does not ask again within a minute",
    onMachine(async (machine) => {
      const { ask } = nodeOf(machine);
      const first = reasonOf(await ask(`${HOST}/nosuch/app`));
      const calls = machine.standIn.count();
      expect(reasonOf(await ask(`${HOST}/nosuch/app`))).toBe(first);
      expect(machine.standIn.count()).toBe(calls);
      expect(first).toContain("this account has no registry named nosuch");
    }),
  );

  it.concurrent(
    "fails without a writable state directory, before a request",
    onMachine(async (machine) => {
      writeFileSync(join(machine.folder, "state"), "");
      expect(reasonOf(await nodeOf(machine).ask())).toContain("cannot write to");
      expect(machine.standIn.count()).toBe(0);
    }),
  );

  it.concurrent(
    "never echoes a service account's token, and writes it nowhere",
    onMachine(async (machine) => {
      const { folder } = nodeOf(machine);
      const token = "eyJhbGciOiJSUzI1NiJ9.satoken.hunter2";
      for (const image of [`${HOST}/acme/app`, "quay.io/a/b", `${HOST}/nosuch/app`, ""]) {
        const request = {
          ...JSON.parse(encodeRequest({ apiVersion: API_VERSIONS[0], image })),
          serviceAccountToken: token,
        };
        const { stdout, stderr } = await machine.docr(
          ["kubelet", `--state-dir=${join(machine.folder, "state")}`],
          {
            stdin: JSON.stringify(request),
            env: machine.traced,
          },
        );
        expect(stdout + stderr).not.toContain(token);
      }
      for (const name of readdirSync(folder))
        expect(readFileSync(join(folder, name), "utf8")).not.toContain("hunter2");
      expect(JSON.stringify(machine.trace())).not.toContain("hunter2");
    }),
  );
});

describe("what a kubelet holds", () => {
  it.concurrent(
    "is never returned by a get, and not revoked by a logout or a prune",
    onMachine(async (machine) => {
      const { ask, idOf } = nodeOf(machine);
      await ask();
      expect(machine.idOf(await machine.get())).toBe(2);
      const state = join(machine.folder, "state");
      await machine.docr(["prune"]);
      await machine.docr("erase", { stdin: HOST });
      await machine.docr(["logout", "--all"]);
      await machine.settle();
      expect(machine.standIn.account.minted.map(({ revoked }) => revoked)).toEqual([false, true]);
      expect(idOf(await ask())).toBe(1);
      const { stdout } = await machine.docr(["status", "--json", "--state-dir", state]);
      expect(JSON.parse(stdout).credentials).toMatchObject([
        { registry: "acme", access: "read-only", state: "issued" },
      ]);
    }),
  );

  it.concurrent(
    "ends with docr revoke",
    onMachine(async (machine) => {
      const { ask, idOf } = nodeOf(machine);
      const state = join(machine.folder, "state");
      await ask();
      expect(await machine.docr(["revoke", "--state-dir", state])).toMatchObject({
        code: 0,
        stdout: `revoked the credential for ${HOST}\n`,
      });
      expect(machine.standIn.account.minted.map(({ revoked }) => revoked)).toEqual([true]);
      expect(idOf(await ask())).toBe(2);
      expect(await machine.docr(["revoke", "--state-dir", join(machine.folder, "none")])).toMatchObject({
        code: 3,
      });
    }),
  );
});

describe("a token of another form", () => {
  const token = "eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl";

  it.concurrent(
    "is accepted for a proxy, read again at each mint, and one credential outlives its renewal",
    onMachine(async (machine) => {
      const { ask, idOf } = nodeOf(machine);
      const file = join(machine.folder, "token");
      const write = (text: string): void => {
        machine.standIn.account.addToken(undefined, text);
        writeFileSync(file, `${text}\n`);
        chmodSync(file, 0o600);
      };
      const env = { DIGITALOCEAN_ACCESS_TOKEN: undefined, DIGITALOCEAN_ACCESS_TOKEN_FILE: file };
      write(token);
      expect(idOf(await ask(undefined, env))).toBe(1);
      machine.standIn.account.removeToken(token);
      write(`${token}2`);
      expect(idOf(await ask(undefined, env))).toBe(1);
      machine.pass(6 * HOUR_MS);
      expect(idOf(await ask(undefined, env))).toBe(2);
    }),
  );

  it.concurrent(
    "is rejected without DIGITALOCEAN_API_URL, and sent nowhere",
    onMachine(async (machine) => {
      const outcome = await machine.get({
        DIGITALOCEAN_ACCESS_TOKEN: token,
        DIGITALOCEAN_API_URL: undefined,
      });
      expect(outcome.stderr).toContain("does not contain a DigitalOcean API token");
      expect(machine.standIn.count()).toBe(0);
    }),
  );
});
