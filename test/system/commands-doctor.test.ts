import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { describeUnless, itUnless } from "../support/lab/describe.ts";
import { DOCR } from "../support/lab/executable.ts";
import { explainNoLab, type Lab, openLab } from "../support/lab/lab.ts";
import { SYSTEM_PATH } from "../support/lab/parts.ts";
import type { Environment } from "../support/lab/run.ts";
import { openTerminal } from "../support/lab/terminal.ts";
import { at, explainNoFakeTime } from "./fake-time.ts";

const OURS = "registry.digitalocean.com";

/** Name, outcome, what is there, what is to be done. */
type Line = Readonly<Record<"name" | "outcome" | "what" | "next", string | undefined>>;

describeUnless(explainNoLab(["docker", "tmux"]), "docr doctor", () => {
  let lab: Lab;
  let token: string;

  beforeAll(async () => {
    lab = await openLab();
    lab.standIn.account.registries = ["acme"];
    token = lab.standIn.account.addToken();
  });
  afterAll(() => lab.close());
  beforeEach(() => lab.user.writeDockerConfig({ credHelpers: { [OURS]: "docr" } }));

  const doctor = async (env: Environment = {}, args: readonly string[] = []) => {
    const all = { DIGITALOCEAN_ACCESS_TOKEN: token, ...env };
    const outcome = await lab.user.run(DOCR, ["doctor", "--json", ...args], { env: all });
    const json: unknown = outcome.stdout === "" ? {} : JSON.parse(outcome.stdout);
    const checks: readonly Line[] = Object(json).checks ?? [];
    const outcomeOf = (name: string) => checks.find((line) => line.name === name)?.outcome;
    const failed = checks.filter(({ outcome: one }) => one === "fail").map(({ name }) => name);
    return { ...outcome, checks, outcomeOf, failed };
  };

  it("passes every check on a sound machine", async () => {
    const env = { DIGITALOCEAN_ACCESS_TOKEN: token };
    const { code, stdout, stderr } = await lab.user.run(DOCR, ["doctor"], { env });
    expect([code, stderr]).toEqual([0, ""]);
    for (const line of [
      /^pass {2}path +clients run .*\/dist\/docker-credential-docr$/m,
      /^pass {2}version +docr and docker-credential-docr are version \d+\.\d+\.\d+$/m,
      /^pass {2}docker +asks docr for registry\.digitalocean\.com \(credHelpers in .*config\.json\)$/m,
      /^pass {2}keychain +gnome-keyring-daemon; open: Login \(default\)$/m,
      /^pass {2}store +the keychain works: docr wrote, read and erased an item$/m,
      /^pass {2}cache +XDG_RUNTIME_DIR is private to this user/m,
      /^pass {2}api token +the token from DIGITALOCEAN_ACCESS_TOKEN is valid and never expires$/m,
      /^pass {2}scopes +sufficient for pull and push$/m,
      /^pass {2}registries +the account has one registry$/m,
      /^pass {2}handshake +registry\.digitalocean\.com accepts the login that docker would get$/m,
      /^pass {2}api +api\.digitalocean\.com responds$/m,
      /^pass {2}registry +registry\.digitalocean\.com responds$/m,
      /^pass {2}clock +matches the server's$/m,
      /^pass {2}proxy +no proxy is set$/m,
      /^\d+ passed, \d warnings?, 0 failed$/m,
    ]) {
      expect(stdout).toMatch(line);
    }
    expect(stdout).not.toContain(token);
  });

  it("leaves no item in the keychain, and mints nothing if a get has cached a credential", async () => {
    await doctor();
    lab.standIn.reset();
    expect((await doctor()).code).toBe(0);
    expect(lab.standIn.count("mint")).toBe(0);
    expect(await lab.user.keyring.dump("docker-credential-docr")).not.toMatch(/doctor|round trip/);
  });

  it("reports a token that cannot push, and one that is rejected", async () => {
    const readOnly = lab.standIn.account.addToken(["registry:read", "account:read"]);
    const pull = await doctor({ DIGITALOCEAN_ACCESS_TOKEN: readOnly });
    expect([pull.code, pull.outcomeOf("scopes"), pull.outcomeOf("handshake")]).toEqual([0, "warn", "pass"]);
    const unknown = await doctor({ DIGITALOCEAN_ACCESS_TOKEN: `dop_v1_${"0".repeat(64)}` });
    expect([unknown.code, unknown.failed]).toEqual([1, ["api token"]]);
  });

  it("runs every check without a network", async () => {
    const { code, failed, outcomeOf, ms } = await doctor({ HTTPS_PROXY: "http://127.0.0.1:9" });
    expect([code, outcomeOf("store"), outcomeOf("path")]).toEqual([1, "pass", "pass"]);
    expect(failed).toEqual(["api"]);
    expect(ms).toBeLessThan(25_000);
  });

  it("reports a locked keychain with its fix", async () => {
    await lab.user.keyring.lock();
    try {
      const { checks, code } = await doctor();
      expect(code).toBe(1);
      expect(checks.find(({ name }) => name === "store")).toMatchObject({
        outcome: "fail",
        what: "the keychain is locked (collection login)",
        next: "unlock it on the desktop: Passwords and Keys, KWallet or KeePassXC",
      });
    } finally {
      await lab.user.keyring.restart("unlocked");
    }
  });

  it("reports a keychain that never responds, with all other findings", async () => {
    lab.user.keyring.pause();
    try {
      const { checks, ms, code, signal, outcomeOf } = await doctor({ DIGITALOCEAN_ACCESS_TOKEN: "" });
      expect([code, signal, outcomeOf("path"), outcomeOf("authorities")]).toEqual([1, null, "pass", "pass"]);
      expect(checks.find(({ name }) => name === "store")).toMatchObject({
        outcome: "fail",
        what: "the keychain did not respond within 5 s",
      });
      expect(ms).toBeLessThan(15_000);
    } finally {
      lab.user.keyring.resume();
    }
  });

  it("works without a session bus if the environment has the API token", async () => {
    const env = { DBUS_SESSION_BUS_ADDRESS: "", XDG_RUNTIME_DIR: "" };
    const { code, outcomeOf } = await doctor(env);
    expect([code, outcomeOf("keychain"), outcomeOf("store"), outcomeOf("handshake")]).toEqual([
      0,
      undefined,
      "warn",
      "pass",
    ]);
    const bare = await lab.user.run(DOCR, ["doctor"], { env });
    expect(bare.code).toBe(1);
    expect(bare.stdout).toMatch(
      /^fail {2}store +there is no keychain in this session \(no session bus\) \(also fails: api token, handshake\)$/m,
    );
    // What the handshake got lies in /dev/shm, where every test file of the namespace would find it.
    const clean = { env: { ...env, DIGITALOCEAN_ACCESS_TOKEN: token }, stdin: OURS };
    expect(await lab.user.run(DOCR, ["erase"], clean)).toMatchObject({ code: 0, stderr: "" });
  });

  itUnless(explainNoFakeTime(), "reports a wrong clock by the server's time", async () => {
    const { checks } = await doctor(at("+1h"));
    expect(checks.find(({ name }) => name === "clock")).toMatchObject({
      outcome: "fail",
      what: "this machine's clock is 60 min ahead of the server's",
    });
  });

  it("colours the outcomes in a terminal", async () => {
    const env = { ...lab.user.env, DIGITALOCEAN_ACCESS_TOKEN: token, HTTPS_PROXY: "127.0.0.1:9" };
    const terminal = await openTerminal(lab.folder, "docr doctor", env);
    try {
      expect(await terminal.waitFor("[exit 1]")).toMatch(/^pass {2}path /);
      const colours = await terminal.colours();
      for (const word of ["\u001b[32mpass", "\u001b[31mfail"]) expect(colours).toContain(word);
    } finally {
      await terminal.close();
    }
  });

  it("fails if docker would not find the helper, or the launcher would not find docr", async () => {
    expect((await doctor({ PATH: SYSTEM_PATH })).failed).toEqual(["path"]);
    const folder = join(lab.folder, "alone");
    mkdirSync(folder);
    writeFileSync(join(folder, "docker-credential-docr"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    const { checks } = await doctor({ PATH: `${folder}:${SYSTEM_PATH}` });
    expect(checks[0]?.what).toBe(`docr is missing next to ${folder}/docker-credential-docr`);
  });

  it("reports a configuration that no client can read, and one that does not ask docr", async () => {
    lab.user.writeDockerConfig({
      auths: { [OURS]: { auth: Buffer.from("a:hunter2").toString("base64") } },
    });
    const shadowed = await doctor();
    expect([shadowed.outcomeOf("docker"), shadowed.stdout.includes("hunter2")]).toEqual(["warn", false]);
    writeFileSync(join(lab.user.env["DOCKER_CONFIG"] ?? "", "config.json"), '{"auths": hunter2');
    const broken = await doctor();
    expect([broken.failed, broken.outcomeOf("docker")]).toEqual([["docker config"], undefined]);
    expect(broken.stdout).not.toContain("hunter2");
  });

  it("writes a report without any of the planted secrets", async () => {
    const path = join(lab.folder, "report.md");
    const { username, auth, password, secret } = plant();
    lab.user.writeDockerConfig({
      auths: { "ghcr.io": { auth }, [OURS]: { username, password } },
      HttpHeaders: { Authorization: secret },
    });
    const env = {
      DIGITALOCEAN_TOKEN: `dop_v1_${"b".repeat(64)}`,
      DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { "ghcr.io": { auth } } }),
      HTTP_PROXY: `http://${username}:${password}@127.0.0.1:9`,
      NO_PROXY: `${OURS},api.digitalocean.com,cloud.digitalocean.com,${secret}`,
      DOCR_NONSENSE: password,
      USER: username,
    };
    const { code, stderr } = await doctor(env, ["--report", path]);
    expect([code, stderr]).toEqual([0, "docr: wrote the report; read it before you paste it\n"]);
    const report = readFileSync(path, "utf8");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(report).toMatch(/^# docr doctor\n/);
    expect(report).toContain("\n- DOCKER_AUTH_CONFIG\n");
    const planted = [
      password,
      secret,
      auth,
      username,
      token,
      env.DIGITALOCEAN_TOKEN,
      lab.user.env["HOME"] ?? "",
    ];
    expect(planted.filter((text) => report.includes(text))).toEqual([]);
    const again = await doctor(env, ["--report", path]);
    expect([again.code, JSON.parse(again.stdout)]).toMatchObject([2, { error: { code: "bad-arguments" } }]);
    expect(readFileSync(path, "utf8")).toBe(report);
    rmSync(path);
  });
});

function plant() {
  const [username, password] = ["annabel", "hunter2-hunter2"];
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  return { username, auth, password, secret: "c2VjcmV0IGhlYWRlciBvZiBhIHBlcnNvbg" };
}
