import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoLab, type Lab, openLab } from "../support/lab/lab.ts";
import type { Outcome } from "../support/lab/run.ts";

const HOST = "registry.digitalocean.com";
const SERVICE = "docker-credential-docr";
const CONFIGS = [
  { how: "credsStore", config: { credsStore: "docr" } },
  { how: "credHelpers", config: { credHelpers: { [HOST]: "docr" } } },
];

describeUnless(explainNoLab(["docker", "dockerd"]), "docker login and logout", () => {
  let lab: Lab;
  let token: string;

  beforeAll(async () => {
    lab = await openLab({ engine: true });
    token = lab.standIn.account.addToken();
  });
  afterAll(() => lab.close());
  afterEach(async () => {
    await docker("logout", HOST);
    lab.standIn.reset();
  });

  // The first login needs no engine. A login with the response of `get` uses the engine.
  const docker = (...args: string[]): Promise<Outcome> =>
    lab.user.run("docker", args, { env: { DOCKER_HOST: lab.engine?.host ?? "" } });
  const login = (secret: string, server = HOST): Promise<Outcome> =>
    lab.user.run("docker", ["login", "-u", secret, "--password-stdin", server], { stdin: secret });
  /** Whether the keychain contains the secret. Returns a boolean, so that a failed test prints no secret. */
  const isInKeychain = async (secret: string | undefined): Promise<boolean> =>
    secret !== undefined && (await lab.user.keyring.dump(SERVICE)).includes(secret);
  const get = (): Promise<Outcome> => lab.user.docr("get", { stdin: HOST });

  it.each(CONFIGS)("stores the API token only in the keychain, with $how", async ({ config }) => {
    lab.user.writeDockerConfig(config);
    const outcome = await login(token);
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    expect(outcome.stdout).toContain("Login Succeeded");
    expect(await isInKeychain(token)).toBe(true);
    expect(lab.user.readDockerConfig().includes(token)).toBe(false);
    expect(lab.standIn.count("mint")).toBe(0);
  });

  it.each(CONFIGS)(
    "removes the API token and revokes the credential at logout, with $how",
    async ({ config }) => {
      lab.user.writeDockerConfig(config);
      await login(token);
      expect((await get()).code).toBe(0);
      const minted = lab.standIn.account.minted.at(-1);
      expect(minted?.revoked).toBe(false);

      const outcome = await docker("logout", HOST);

      expect(outcome).toMatchObject({ code: 0, stderr: "" });
      expect(minted?.revoked).toBe(true);
      expect(lab.standIn.count("revoke")).toBe(1);
      expect(await isInKeychain(token)).toBe(false);
      expect(await get()).toMatchObject({
        code: 1,
        stdout: "credentials not found in native keychain\n",
        stderr: "docr: not logged in to registry.digitalocean.com; run: docr login\n",
      });
    },
  );

  it.each(CONFIGS)(
    "does not store the credential that docker sends back at a second login, with $how",
    async ({ config }) => {
      lab.user.writeDockerConfig(config);
      await login(token);
      // Without a user name, docker logs in with the response of `get` and stores that.
      const second = await docker("login", HOST);

      expect(second.stdout).toContain("Login Succeeded");
      expect(lab.standIn.count("mint")).toBe(1);
      const kept = await lab.user.keyring.dump(SERVICE);
      expect(kept).toContain(token);
      expect(kept).not.toContain(lab.standIn.account.minted.at(-1)?.secret);
      expect((await get()).stdout).toContain(lab.standIn.account.minted.at(-1)?.secret);
      expect(lab.standIn.count("mint")).toBe(1);
    },
  );

  it("treats a login with a path or a scheme as one for the host", async () => {
    lab.user.writeDockerConfig({ credsStore: "docr" });
    for (const server of [`https://${HOST}/`, `${HOST}/acme`]) {
      expect(await login(token, server)).toMatchObject({ code: 0, stderr: "" });
      expect((await get()).code).toBe(0);
      await docker("logout", HOST);
      expect((await get()).code).toBe(1);
    }
  });

  it("lists the host after the login, with a label and no secret", async () => {
    lab.user.writeDockerConfig({ credsStore: "docr" });
    await login(token);
    expect((await lab.user.docr("list")).stdout).toBe(`${JSON.stringify({ [HOST]: "docr" })}\n`);
    await docker("logout", HOST);
    expect((await lab.user.docr("list")).stdout).toBe("{}\n");
  });

  it("does not store an API token that DigitalOcean rejects", async () => {
    lab.user.writeDockerConfig({ credsStore: "docr" });
    const wrong = `dop_v1_${"0".repeat(64)}`;
    expect((await login(wrong)).code).toBe(1);
    expect((await get()).stdout).toBe("credentials not found in native keychain\n");
  });

  it("logs out even if the revocation fails, with a warning in one line", async () => {
    lab.user.writeDockerConfig({ credsStore: "docr" });
    await login(token);
    await get();
    lab.standIn.faults.add({ kind: "answer", path: "/v1/oauth/revoke", status: 500, times: 9 });
    const outcome = await docker("logout", HOST);
    expect(outcome.code).toBe(0);
    expect(outcome.stderr).toMatch(/^docr: still revoking one credential in the background[^\n]*\n$/);
    expect((await get()).stdout).toBe("credentials not found in native keychain\n");
  });

  it("returns doctl's credential unchanged while there is no API token", async () => {
    lab.user.writeDockerConfig({ credsStore: "docr" });
    const finished = lab.standIn.account.mint("acme", "read-write", 3600);
    expect((await login(finished.secret)).code).toBe(0);
    const expected = { ServerURL: HOST, Username: finished.secret, Secret: finished.secret };
    expect((await get()).stdout === `${JSON.stringify(expected)}\n`).toBe(true);
    expect(lab.standIn.count("mint")).toBe(0);
  });
});
