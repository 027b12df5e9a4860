/**
 * BinderHub's own class for registries. It reads the `auths` of config.json and asks no credential helper, in this release as in later ones, so
 * docr has to write the file.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BINDERHUB, explainNoProgram } from "../support/engines/programs.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoLab, type Lab, openLab } from "../support/lab/lab.ts";
import type { Environment, Outcome } from "../support/lab/run.ts";
import { HOST } from "../support/requests.ts";

/** Prints the media type of the image's manifest, or None. */
const SCRIPT = `
import sys
from tornado.ioloop import IOLoop
from binderhub.registry import DockerRegistry
registry = DockerRegistry("${HOST}", "https://api.digitalocean.com/v2/registry/auth", "https://${HOST}")
manifest = IOLoop.current().run_sync(lambda: registry.get_image_manifest("acme/app", sys.argv[1]))
print(manifest and manifest["name"])
`;

const reason = explainNoProgram(BINDERHUB) ?? explainNoLab(["skopeo"]);

describeUnless(reason, "BinderHub", () => {
  let lab: Lab;
  /** BinderHub's home. docr does not overwrite the config.json in its own home. */
  let home: string;

  beforeAll(async () => {
    lab = await openLab({ registries: ["acme"] });
    home = join(lab.folder, "hub");
    mkdirSync(join(home, ".docker"), { recursive: true });
    lab.user.writeDockerConfig({ credHelpers: { [HOST]: "docr" } });
    const env = { DIGITALOCEAN_ACCESS_TOKEN: lab.standIn.account.addToken() };
    // Without an Accept header, the registry returns only docker's older forms of a manifest.
    const args = [
      "copy",
      "--insecure-policy",
      "--format=v2s2",
      `tarball:${lab.rootTar}`,
      `docker://${HOST}/acme/app:v1`,
    ];
    const { code, stderr } = await lab.user.run("skopeo", args, { env });
    if (code !== 0) throw new Error(stderr);
  });
  afterAll(() => lab.close());

  const look = (tag: string, env: Environment): Promise<Outcome> =>
    lab.user.run(join(BINDERHUB.path, "bin", "python"), ["-c", SCRIPT, tag], {
      env: { SSL_CERT_FILE: "/etc/ssl/certs/ca-certificates.crt", ...env },
    });

  it("finds an image, and misses one, with the file that docr credentials writes", async () => {
    const DIGITALOCEAN_ACCESS_TOKEN = lab.standIn.account.addToken();
    const args = ["credentials", "acme", "--output", join(home, ".docker", "config.json")];
    expect(await lab.user.docr(args, { env: { DIGITALOCEAN_ACCESS_TOKEN } })).toMatchObject({ code: 0 });
    expect(await look("v1", { HOME: home })).toMatchObject({ code: 0, stdout: "acme/app\n" });
    expect(await look("v9", { HOME: home })).toMatchObject({ code: 0, stdout: "None\n" });
  });

  it("asks no credential helper", async () => {
    lab.user.writeDockerConfig({ credHelpers: { [HOST]: "docr" } });
    lab.standIn.reset();
    const { code, stderr } = await look("v1", { DIGITALOCEAN_ACCESS_TOKEN: lab.standIn.account.addToken() });
    expect(code).not.toBe(0);
    expect(stderr).toContain("KeyError: 'auths'");
    expect(lab.standIn.count()).toBe(0);
  });
});
