/** docr and the code with which GitLab Runner finds the login of a job's image. */
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { explainNoProgram, GITLAB_RUNNER } from "../support/engines/programs.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoLab, type Lab, openLab } from "../support/lab/lab.ts";
import type { Environment } from "../support/lab/run.ts";
import { HOST } from "../support/requests.ts";

const IMAGE = `${HOST}/acme/app:v1`;
const OTHERS = ["ghcr.io/acme/app:v1", "busybox", `${HOST}.example.test/acme/app`];

const reason = explainNoProgram(GITLAB_RUNNER) ?? explainNoLab([]);

describeUnless(reason, "GitLab Runner", () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await openLab({ registries: ["acme"] });
  });
  afterAll(() => lab.close());
  beforeEach(async () => {
    lab.user.writeDockerConfig({});
    await lab.user.docr("erase", {
      stdin: HOST,
      env: { DIGITALOCEAN_ACCESS_TOKEN: lab.standIn.account.addToken() },
    });
    lab.standIn.reset();
    lab.standIn.account.minted.length = 0;
  });

  /** The login that the runner finds for each image. */
  async function loginsFor(images: readonly string[], added: Environment = {}): Promise<readonly unknown[]> {
    const env = { DIGITALOCEAN_ACCESS_TOKEN: lab.standIn.account.addToken(), ...added };
    const { code, stdout, stderr } = await lab.user.run(GITLAB_RUNNER.path, images, { env });
    if (code !== 0) throw new Error(stderr);
    return stdout
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
  }

  /** The only credential that was minted for IMAGE, and nothing for OTHERS. Throws if several were minted. */
  function onlyOurs(): readonly unknown[] {
    const [minted, ...more] = lab.standIn.account.minted;
    if (!minted || more.length > 0) throw new Error(`${lab.standIn.account.minted.length} mints`);
    return [{ username: minted.username, password: minted.secret, path: HOST }, ...OTHERS.map(() => null)];
  }

  it("gets docr's credential through credHelpers in its config.json, and none for other hosts", async () => {
    lab.user.writeDockerConfig({ credHelpers: { [HOST]: "docr" } });
    expect(await loginsFor([IMAGE, ...OTHERS])).toEqual(onlyOurs());
  });

  it("does the same through a job's DOCKER_AUTH_CONFIG", async () => {
    const DOCKER_AUTH_CONFIG = JSON.stringify({ credHelpers: { [HOST]: "docr" } });
    expect(await loginsFor([IMAGE, ...OTHERS], { DOCKER_AUTH_CONFIG })).toEqual(onlyOurs());
  });

  it("does the same through credsStore, because docr lists the registry", async () => {
    lab.user.writeDockerConfig({ credsStore: "docr" });
    expect(await loginsFor([IMAGE, ...OTHERS])).toEqual(onlyOurs());
  });

  it("finds no login at all if docr fails, not even another registry's in the same file", async () => {
    const auth = Buffer.from("bas:baspw").toString("base64");
    const auths = { "basic.test": { auth } };
    lab.user.writeDockerConfig({ auths });
    const other = { username: "bas", password: "baspw", path: "basic.test" };
    expect(await loginsFor([IMAGE, "basic.test/app"])).toEqual([null, other]);
    lab.user.writeDockerConfig({ auths, credHelpers: { [HOST]: "docr" } });
    const rejected = { DIGITALOCEAN_ACCESS_TOKEN: `dop_v1_${"0".repeat(64)}` };
    expect(await loginsFor([IMAGE, "basic.test/app"], rejected)).toEqual([null, null]);
  });
});
