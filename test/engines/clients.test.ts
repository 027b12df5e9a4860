/** Clients that Debian does not have, against the registry of the lab. */
import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import {
  CRANE,
  DOCKER_PY,
  type EngineProgram,
  explainNoProgram,
  HELM,
  KO,
  ORAS,
  REGCTL,
} from "../support/engines/programs.ts";
import { describeUnless, itUnless } from "../support/lab/describe.ts";
import { explainNoLab, type Lab, openLab } from "../support/lab/lab.ts";
import { writeOciLayout } from "../support/lab/oci-layout.ts";
import type { Environment, Outcome } from "../support/lab/run.ts";

const HOST = "registry.digitalocean.com";
/** Where Go usually is, if PATH does not have it. ko runs it. */
const GO = "/usr/local/go/bin";

/** The two settings of docker's configuration that make a client ask docr. */
const WAYS = [
  { way: "credHelpers", config: { credHelpers: { [HOST]: "docr" } } },
  { way: "credsStore", config: { credsStore: "docr" } },
];

describeUnless(explainNoLab(["docker", "dockerd"]), "a client with docker's configuration", () => {
  let lab: Lab;
  let work: string;
  let token: string;

  beforeAll(async () => {
    lab = await openLab({ engine: true, registries: ["acme"] });
    token = lab.standIn.account.addToken();
    work = join(lab.folder, "work");
    mkdirSync(work);
  });
  afterAll(() => lab.close());
  beforeEach(async () => {
    await lab.user.docr("erase", { stdin: HOST, env: { DIGITALOCEAN_ACCESS_TOKEN: token } });
    lab.standIn.reset();
  });

  /** Runs the program in the folder of the test, and fails if it fails. */
  async function client(
    program: EngineProgram,
    args: readonly string[],
    { added = {}, folder = work }: { readonly added?: Environment; readonly folder?: string } = {},
  ): Promise<Outcome> {
    const { PATH = "" } = lab.user.env;
    const path = program.path.replace(/docker-py-[\d.]+$/, "$&/bin/python");
    const env = {
      PATH: [PATH, process.env["PATH"], GO].join(delimiter),
      DIGITALOCEAN_ACCESS_TOKEN: token,
      DOCKER_HOST: lab.engine?.host ?? "",
      ...added,
    };
    const outcome = await lab.user.run("sh", ["-c", 'cd "$0" && exec "$@"', folder, path, ...args], {
      env,
      timeoutSeconds: 300,
    });
    if (outcome.code !== 0)
      throw new Error(`${program.name} ${args.join(" ")}: ${outcome.stderr}${outcome.stdout}`);
    return outcome;
  }

  function use(config: object): void {
    lab.user.writeDockerConfig(config);
  }

  /** docr minted one credential that can push, and no secret is in the client's file. */
  function expectOneMint(): void {
    expect(lab.standIn.count("mint")).toBe(1);
    expect(lab.standIn.account.minted.at(-1)).toMatchObject({ registry: "acme", access: "read-write" });
    const config = lab.user.readDockerConfig();
    for (const { secret } of lab.standIn.account.minted) expect(config).not.toContain(secret);
  }

  for (const { way, config } of WAYS) {
    itUnless(explainNoProgram(CRANE), `crane pushes and pulls, through ${way}`, async () => {
      use(config);
      const image = `${HOST}/acme/crane:${way.toLowerCase()}`;
      await client(CRANE, ["append", "-f", lab.rootTar, "-t", image]);
      expect((await client(CRANE, ["digest", image])).stdout).toMatch(/^sha256:/);
      await client(CRANE, ["pull", image, join(work, `crane-${way}.tar`)]);
      expectOneMint();
    });

    itUnless(explainNoProgram(REGCTL), `regctl pushes and pulls, through ${way}`, async () => {
      use(config);
      const layout = join(work, `layout-${way}`);
      writeOciLayout(layout, "v1", ["linux/amd64", "linux/arm64"]);
      const image = `${HOST}/acme/regctl:${way.toLowerCase()}`;
      await client(REGCTL, ["image", "copy", `ocidir://${layout}:v1`, image]);
      await client(REGCTL, ["image", "copy", image, `ocidir://${work}/regctl-${way}:v1`]);
      expectOneMint();
    });

    itUnless(explainNoProgram(ORAS), `oras pushes and pulls, through ${way}`, async () => {
      use(config);
      const artifact = `${HOST}/acme/oras:${way.toLowerCase()}`;
      writeFileSync(join(work, "artifact.txt"), "hello");
      await client(ORAS, ["push", artifact, "artifact.txt"]);
      await client(ORAS, ["pull", "-o", join(work, `oras-${way}`), artifact]);
      expectOneMint();
    });

    itUnless(explainNoProgram(HELM), `helm pushes and pulls a chart, through ${way}`, async () => {
      use(config);
      await client(HELM, ["create", `chart-${way.toLowerCase()}`]);
      await client(HELM, ["package", `chart-${way.toLowerCase()}`]);
      const chart = `chart-${way.toLowerCase()}-0.1.0.tgz`;
      await client(HELM, ["push", chart, `oci://${HOST}/acme/charts`]);
      await client(HELM, [
        "pull",
        `oci://${HOST}/acme/charts/chart-${way.toLowerCase()}`,
        "--version",
        "0.1.0",
        "-d",
        join(work, "/"),
      ]);
      expectOneMint();
    });

    itUnless(
      explainNoProgram(KO) ?? explainNoProgram(CRANE),
      `ko builds on an image of the registry and pushes, through ${way}`,
      async () => {
        use(config);
        const folder = join(work, `ko-${way}`);
        mkdirSync(folder);
        writeFileSync(join(folder, "go.mod"), "module example.test/hello\n\ngo 1.22\n");
        writeFileSync(join(folder, "main.go"), 'package main\n\nfunc main() { println("hello") }\n');
        const base = `${HOST}/acme/base:${way.toLowerCase()}`;
        await client(CRANE, ["append", "-f", lab.rootTar, "-t", base]);
        await client(CRANE, ["mutate", base, "--set-platform", "linux/amd64", "-t", base]);
        const added = {
          KO_DOCKER_REPO: `${HOST}/acme/ko`,
          KO_DEFAULTBASEIMAGE: base,
          GOFLAGS: "-mod=mod -buildvcs=false",
          GOTOOLCHAIN: "local",
          GOCACHE: join(work, "gocache"),
        };
        await client(KO, ["build", "--bare", "--sbom=none", "."], { added, folder });
        expectOneMint();
      },
    );

    itUnless(
      explainNoProgram(DOCKER_PY),
      `docker-py finds the login and pushes, through ${way}`,
      async () => {
        use(config);
        const image = `${HOST}/acme/python`;
        const script = `
import docker, sys
client = docker.from_env()
client.api.import_image_from_file("${lab.rootTar}", repository="${image}", tag="v1")
for line in client.images.push("${image}", tag="v1", stream=True, decode=True):
    if "error" in line: sys.exit(line["error"])
client.images.pull("${image}", tag="v1")
print(sorted(docker.auth.load_config().get_all_credentials()))
`;
        const { stdout } = await client(DOCKER_PY, ["-c", script]);
        expect(stdout).toContain(HOST);
        expectOneMint();
      },
    );
  }
});
