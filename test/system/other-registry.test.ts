import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoLab, type Lab, openLab } from "../support/lab/lab.ts";
import { BASIC_LOGIN } from "../support/lab/registry.ts";
import type { Outcome } from "../support/lab/run.ts";

const OTHER = "basic.test";
const IMAGE = `${OTHER}/tiny:1`;

describeUnless(
  explainNoLab(["docker", "dockerd"]),
  "docker's logins of another registry, with docr as its credential store",
  () => {
    let lab: Lab;

    beforeAll(async () => {
      lab = await openLab({ engine: true, basicRegistry: true });
      await docker("import", lab.rootTar, IMAGE);
    });
    afterAll(() => lab.close());
    beforeEach(async () => {
      lab.user.writeDockerConfig({ credsStore: "docr" });
      await docker("logout", OTHER);
    });

    const docker = (...args: string[]): Promise<Outcome> =>
      lab.user.run("docker", args, { env: { DOCKER_HOST: lab.engine?.host ?? "" } });
    const login = (password = BASIC_LOGIN.password): Promise<Outcome> =>
      lab.user.run("docker", ["login", "-u", BASIC_LOGIN.username, "--password-stdin", OTHER], {
        stdin: password,
      });

    it("log in, push, pull and log out without a call to DigitalOcean", async () => {
      expect((await login()).stdout).toContain("Login Succeeded");
      expect(lab.user.readDockerConfig().includes(BASIC_LOGIN.password)).toBe(false);
      expect(await docker("push", "-q", IMAGE)).toMatchObject({ code: 0, stderr: "" });
      expect(await docker("pull", "-q", IMAGE)).toMatchObject({ code: 0, stderr: "" });
      expect(await docker("logout", OTHER)).toMatchObject({ code: 0, stderr: "" });
      expect((await docker("pull", "-q", IMAGE)).code).toBe(1);
      expect(lab.standIn.calls).toEqual([]);
    });

    it("are listed with DigitalOcean's registry, and stay when that is erased", async () => {
      const token = lab.standIn.account.addToken();
      const host = "registry.digitalocean.com";
      await login();
      await lab.user.run("docker", ["login", "-u", token, "--password-stdin", host], { stdin: token });
      expect(JSON.parse((await lab.user.docr("list")).stdout)).toEqual({
        [OTHER]: BASIC_LOGIN.username,
        [host]: "docr",
      });
      await docker("logout", host);
      expect(JSON.parse((await lab.user.docr("list")).stdout)).toEqual({ [OTHER]: BASIC_LOGIN.username });
    });

    it("are returned for every scheme of the address, which the response repeats", async () => {
      await login();
      for (const address of [OTHER, `https://${OTHER}`, `https://${OTHER}/`]) {
        const outcome = await lab.user.docr("get", { stdin: address });
        expect(JSON.parse(outcome.stdout)).toEqual({
          ServerURL: address,
          Username: BASIC_LOGIN.username,
          Secret: BASIC_LOGIN.password,
        });
      }
    });

    it("are all that a look-alike of DigitalOcean's registry gets: no API token, no API call", async () => {
      const env = { DIGITALOCEAN_ACCESS_TOKEN: lab.standIn.account.addToken() };
      lab.standIn.reset();
      for (const address of [
        "registry.digitalocean.com.evil.example",
        "evil.example/registry.digitalocean.com",
        "registry.digitalocean.com@evil.example",
        "registry.digitalocean.com:8443",
        "registry%2Edigitalocean.com",
        "registry.digitalocean.com.",
        "sub.registry.digitalocean.com",
        "https://u:p@registry.digitalocean.com",
      ]) {
        const outcome = await lab.user.docr("get", { stdin: address, env });
        expect([address, outcome.code, outcome.stdout.includes("dop_v1_")]).toEqual([address, 1, false]);
      }
      expect(lab.standIn.calls).toEqual([]);
    });
  },
);
