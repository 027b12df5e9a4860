import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { smoke } from "../../scripts/smoke.ts";
import { type Containers, createContainers } from "../support/lab/containers.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoNamespace } from "../support/lab/namespace.ts";
import { explainMissing } from "../support/lab/parts.ts";
import { type Outcome, run } from "../support/lab/run.ts";
import { releaseFile, SMOKE_STEPS, SYSTEM } from "./installation.ts";
import { openRoot } from "./root.ts";

const ARCHIVE = /-image-x64\.tar$/;
/** crun does not run on a machine with both versions of cgroups; the limits are what an engine without systemd may set. */
const RUN = [
  "run",
  "--rm",
  "-i",
  "--runtime=runc",
  "--ulimit=nofile=1024:1024",
  "--ulimit=nproc=1000:1000",
  "--network=host",
  "--read-only",
  "--log-driver=none",
];

describeUnless(explainNoNamespace() ?? explainMissing(["podman", "runc"]), "the image", () => {
  let folder: string;
  let containers: Containers;
  let image: string;
  const podman = (args: readonly string[], stdin?: string): Promise<Outcome> =>
    run("podman", [...containers.podman, ...args], {
      env: { ...SYSTEM, HOME: folder, XDG_RUNTIME_DIR: folder, ...containers.env },
      timeoutSeconds: 300,
      ...(stdin === undefined ? {} : { stdin }),
    });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "docr-image-"));
    containers = createContainers(join(folder, "containers"), folder);
    containers.writeAuth({});
    const { code, stdout, stderr } = await podman(["load", "-q", "-i", releaseFile(ARCHIVE)]);
    if (code !== 0) throw new Error(stderr);
    image = stdout.trim().replace(/^Loaded image: /, "");
    mkdirSync(join(folder, "shm"));
    chmodSync(join(folder, "shm"), 0o1777);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("runs docr as a user without a name, on a read-only root", async () => {
    const memory = `--volume=${join(folder, "shm")}:/dev/shm`;
    const done = await smoke(
      (program, args, { stdin, env }) => {
        const variables = Object.entries(env).map(([name, value]) => `--env=${name}=${value}`);
        const entry = `--entrypoint=/usr/local/bin/${program}`;
        return podman([...RUN, memory, ...variables, entry, image, ...args], stdin);
      },
      {},
      false,
    );
    expect(done).toEqual(["version", "get, cold", "get, cached", "logout"]);
  });

  it("has docr as its entry point and the user 65532", async () => {
    const { stdout } = await podman(["inspect", image]);
    const [{ Config: config }] = JSON.parse(stdout);
    expect({ user: config.User, entry: config.Entrypoint }).toEqual({
      user: "65532:65532",
      entry: ["/usr/local/bin/docr"],
    });
  });

  it("gives its files to another image, as COPY --from=docr /usr/local /usr/local does", async () => {
    const root = openRoot("packages/debian-12");
    try {
      const container = (await podman(["create", image])).stdout.trim();
      const { code, stderr } = await podman([
        "cp",
        `${container}:/usr/local/.`,
        join(root.path, "usr/local"),
      ]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const home = { HOME: "/root", DOCR_STORE: "file" };
      expect(await smoke(root.installed(), home)).toEqual(SMOKE_STEPS);
    } finally {
      root.close();
    }
  });
});
