import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kubeletCheckCommand } from "../../../../src/commands/kubelet/check.ts";
import { HelperError } from "../../../../src/core/errors.ts";
import type { Reached } from "../../../../src/http/reach.ts";
import type { ProviderRun } from "../../../../src/kubelet/run-provider.ts";
import {
  type CommandBench,
  type CommandBenchOptions,
  createCommandBench,
} from "../../../support/fakes/command-bench.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { HOUR, NOON } from "../../../support/fakes/fixed-clock.ts";

const HOST = "registry.digitalocean.com";
const IMAGE = `${HOST}/acme/app:v1`;
const PROVIDER = {
  name: "docr",
  apiVersion: "credentialprovider.kubelet.k8s.io/v1",
  matchImages: [HOST],
  defaultCacheDuration: "0s",
  args: ["kubelet"],
};
const MANIFEST = {
  digest: `sha256:${"a".repeat(64)}`,
  mediaType: "application/json",
  bytes: 1,
  contentBytes: undefined,
  platforms: [],
};

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docr-k-"));
  mkdirSync(join(folder, "bin"));
  addProgram("docr");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function addProgram(name: string, mode = 0o755): void {
  writeFileSync(join(folder, "bin", name), "");
  chmodSync(join(folder, "bin", name), mode);
}

function addConfig(providers: readonly object[], name = "config.yaml"): string {
  const config = { apiVersion: "kubelet.config.k8s.io/v1", kind: "CredentialProviderConfig", providers };
  writeFileSync(join(folder, name), JSON.stringify(config));
  return join(folder, name);
}

function response(auth: object, cacheDuration = "1h0m0s"): string {
  const { apiVersion } = PROVIDER;
  return JSON.stringify({
    kind: "CredentialProviderResponse",
    apiVersion,
    cacheKeyType: "Image",
    cacheDuration,
    auth,
  });
}

const good = (stdout: string): ProviderRun => ({ stdout, stderr: "", exitCode: 0 });
const LOGIN = { [`${HOST}/acme/`]: { username: "sammy", password: "hunter2" } };
const AT_NOON: Reached = { status: 401, serverTime: NOON };

interface Findings {
  readonly exitCode: number | undefined;
  /** `OUTCOME NAME: TEXT (next: FIX)`, for what did not pass. */
  readonly problems: readonly string[];
  readonly passed: readonly string[];
}

async function check(
  bench: CommandBench,
  {
    image,
    config = join(folder, "config.yaml"),
  }: { readonly image?: string; readonly config?: string | null } = {},
): Promise<Findings> {
  const given = config === null ? {} : { config, binDir: join(folder, "bin") };
  const { exitCode, json } = await bench.run(kubeletCheckCommand, given, image);
  const { checks } = JSON.parse(JSON.stringify(json));
  const lines = checks.map(({ outcome, name, what, next }: Record<string, string>) => {
    return `${outcome} ${name}: ${what}${next === undefined ? "" : ` (next: ${next})`}`.replaceAll(
      folder,
      "",
    );
  });
  return {
    exitCode,
    problems: lines.filter((line: string) => !isPassed(line)),
    passed: lines.filter(isPassed),
  };
}

function create({ kubelet, registries, ...options }: CommandBenchOptions = {}): CommandBench {
  return createCommandBench({
    network: { reach: async () => AT_NOON },
    kubelet: {
      run: async (_provider, _binDir, image) => good(response(image.startsWith(HOST) ? LOGIN : {})),
      ...kubelet,
    },
    registries: { findManifest: async () => MANIFEST, ...registries },
    ...options,
  });
}

const isPassed = (line: string): boolean => line.startsWith("pass ");

async function answerWithoutToken(): Promise<never> {
  throw new HelperError("no-api-token", "there is no API token", { hint: "set it" });
}

describe("docr kubelet check", () => {
  it("passes for a node that is set up", async () => {
    addConfig([PROVIDER]);
    const { exitCode, problems, passed } = await check(create(), { image: IMAGE });
    expect([exitCode, problems]).toEqual([0, []]);
    expect(passed).toEqual([
      "pass configuration: /config.yaml is valid",
      "pass program: docr can be run",
      "pass clock: matches the server's",
      `pass answer: docr has a login for ${HOST}/acme/; the kubelet caches it for 1h0m0s for this image`,
      `pass registry: ${HOST}/acme/app can be pulled: ${MANIFEST.digest}`,
    ]);
  });

  it.each([
    [{ matchImages: [`${HOST}/*`] }, /warn configuration: .* never matches/],
    [
      { matchImages: ["quay.io"] },
      /fail configuration: no pattern matches images of registry\.digitalocean\.com/,
    ],
    [
      { tokenAttributes: {}, apiVersion: "credentialprovider.kubelet.k8s.io/v1beta1" },
      /tokenAttributes is only for/,
    ],
    [{ name: "docker-credential-docr" }, /has no file named docker-credential-docr.*set name: docr/],
  ])("finds the mistake in %j", async (changes, problem) => {
    addConfig([{ ...PROVIDER, ...changes }]);
    expect((await check(create())).problems.join("\n")).toMatch(problem);
  });

  it("finds a provider that occurs twice in a directory", async () => {
    addConfig([PROVIDER], "1.yaml");
    addConfig([PROVIDER], "2.json");
    writeFileSync(join(folder, "3.txt"), "not read");
    const { exitCode, problems } = await check(create(), { config: folder });
    expect([exitCode, problems]).toEqual([
      1,
      ["fail configuration: : the name docr occurs twice (next: give each provider its own name)"],
    ]);
  });

  it("finds a file that cannot be read", async () => {
    const { problems } = await check(create());
    expect(problems[0]).toMatch(/^fail configuration: \/config\.yaml cannot be read: it does not exist/);
  });

  it("finds a program that is not executable", async () => {
    addConfig([PROVIDER]);
    addProgram("docr", 0o644);
    expect((await check(create())).problems).toEqual([
      "fail program: /bin/docr is not executable, so the kubelet does not start (next: run chmod 0755 /bin/docr)",
    ]);
  });

  it.each([
    [
      "cannot be started",
      async () => Promise.reject(new HelperError("other-helper", "docr cannot be run (EACCES)")),
      /cannot be run \(EACCES\)/,
    ],
    [
      "fails",
      async () => ({ stdout: "", stderr: "docr: no space left\nmore", exitCode: 1 }),
      /docr fails: no space left \(/,
    ],
    [
      "prints more",
      async () => good(`hello\n${response({})}`),
      /rejects the response of docr: stdout is not one JSON/,
    ],
  ] as const)("finds a program that %s", async (_title, run, problem) => {
    addConfig([PROVIDER]);
    const { exitCode, problems } = await check(create({ kubelet: { run } }));
    expect([exitCode, problems]).toEqual([1, [expect.stringMatching(problem)]]);
  });

  it("does not run another vendor's provider without an image", async () => {
    addProgram("ecr");
    addConfig([PROVIDER, { ...PROVIDER, name: "ecr", args: [], matchImages: ["*.dkr.ecr.*.amazonaws.com"] }]);
    const ran: string[] = [];
    const bench = create({ kubelet: { run: async ({ name }) => (ran.push(name), good(response({}))) } });
    expect((await check(bench)).exitCode).toBe(0);
    expect(ran).toEqual(["docr"]);
  });

  it("compares the clock with DigitalOcean's", async () => {
    addConfig([PROVIDER]);
    const late = create({ network: { reach: async () => ({ status: 401, serverTime: NOON + HOUR }) } });
    expect((await check(late)).problems).toEqual([expect.stringMatching(/^fail clock: .* 60 min behind/)]);
    const silent = create({ network: { reach: async () => ({ problem: "cannot be reached" }) } });
    expect((await check(silent)).problems).toEqual([
      expect.stringMatching(/^warn clock: .* was not compared$/),
    ]);
  });

  it("says that an image without a pattern is pulled without a login", async () => {
    addConfig([PROVIDER]);
    expect((await check(create(), { image: "quay.io/acme/app" })).problems).toEqual([
      expect.stringMatching(
        /^fail image: no pattern matches quay\.io\/acme\/app: the kubelet pulls it without a login/,
      ),
    ]);
  });

  it("asks the registry with the login whose key matches, and reports its refusal", async () => {
    addConfig([PROVIDER]);
    const sent: (string | undefined)[] = [];
    const bench = create({
      kubelet: {
        run: async () => good(response({ ...LOGIN, [HOST]: { username: "x", password: "other" } })),
      },
      registries: {
        async findManifest(_image, login) {
          sent.push(login && "secret" in login ? login.secret.reveal() : undefined);
          throw new HelperError("registry-denied", "the registry denied access");
        },
      },
    });
    const { exitCode, problems } = await check(bench, { image: IMAGE });
    expect([exitCode, sent]).toEqual([1, ["hunter2"]]);
    expect(problems).toEqual([expect.stringMatching(/^fail registry: the registry denied access/)]);
    expect(problems.join("")).not.toContain("hunter2");
  });

  it("asks docr itself without a configuration", async () => {
    const asked: string[] = [];
    const answer = async (stateDir: string, request?: Uint8Array): Promise<string> => {
      asked.push(stateDir, Buffer.from(request ?? []).toString());
      return response(LOGIN);
    };
    const { exitCode, problems } = await check(create({ kubelet: { answer } }), {
      image: IMAGE,
      config: null,
    });
    expect([exitCode, problems]).toEqual([0, []]);
    expect(asked).toEqual(["/var/lib/docr", expect.stringContaining(`"image":"${HOST}/acme/app"`)]);
  });

  it("reports docr's own failure with its hint", async () => {
    const { problems } = await check(create({ kubelet: { answer: answerWithoutToken } }), {
      image: IMAGE,
      config: null,
    });
    expect(problems[0]).toBe("fail answer: docr fails: there is no API token (next: set it)");
  });

  it("rejects half of a configuration and a wrong image", async () => {
    const bench = create();
    expect(await failureOf(() => bench.run(kubeletCheckCommand, { config: "x" }, undefined))).toMatchObject({
      code: "bad-arguments",
    });
    expect(await failureOf(() => bench.run(kubeletCheckCommand, {}, "UPPER CASE"))).toMatchObject({
      code: "bad-image",
    });
  });
});
