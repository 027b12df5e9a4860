import { describe, expect, it } from "vitest";
import type { ResolveOptions } from "../../../../src/client-config/resolve.ts";
import type { Resolved } from "../../../../src/client-config/types.ts";
import type { Result } from "../../../../src/commands/command.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { resolveCommand } from "../../../../src/commands/images/resolve.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { createCommandBench } from "../../../support/fakes/command-bench.ts";

const HOST = "registry.digitalocean.com";

const credentialOf = (username: string, secret: string) => ({
  username: new Secret(username),
  secret: new Secret(secret),
});

const ASKED = {
  client: "docker",
  source: "~/.docker/config.json",
  key: "ghcr.io",
  warnings: [],
} as const;
const passwordOf = (username: string, secret: string) =>
  ({ kind: "password", credential: credentialOf(username, secret) }) as const;
const FOUND = {
  ...ASKED,
  kind: "helper",
  setting: "credsStore",
  helper: "pass",
  login: passwordOf("sammy", "hunter2"),
} as const satisfies Resolved;

interface Asked {
  readonly host: string;
  readonly client: string;
  readonly options: ResolveOptions | undefined;
}

async function run(
  text: string,
  resolved: Resolved = FOUND,
  flags: { readonly reveal?: boolean; readonly key?: string; readonly client?: "docker" | "podman" } = {},
): Promise<Result & { readonly warnings: readonly string[]; readonly asked: readonly Asked[] }> {
  const asked: Asked[] = [];
  const bench = createCommandBench({
    clients: {
      async resolve(host, client, options) {
        asked.push({ host, client, options });
        return resolved;
      },
    },
  });
  const result = await bench.run(resolveCommand, flags, text);
  return { ...result, warnings: bench.warnings, asked };
}

describe("docr resolve", () => {
  it("shows the login's source, and hides the password", async () => {
    const { text, json, exitCode } = await run("ghcr.io/acme/app:1");
    expect(text).toBe(
      [
        "client     docker",
        "key        ghcr.io",
        "from       ~/.docker/config.json (credsStore)",
        "helper     docker-credential-pass",
        "login      password",
        "user name  sammy",
        "password   hidden (show it with --reveal)",
        "",
      ].join("\n"),
    );
    expect(json).toEqual({
      client: "docker",
      host: "ghcr.io",
      repository: "acme/app",
      key: "ghcr.io",
      kind: "credsStore",
      source: "~/.docker/config.json",
      helper: "pass",
      login: "password",
      username: "sammy",
    });
    expect(exitCode).toBe(0);
  });

  it("shows user name and password with --reveal", async () => {
    const { text, json } = await run("ghcr.io", FOUND, { reveal: true });
    expect(text).toContain("user name  sammy\npassword   hunter2\n");
    expect(json).toMatchObject({ username: "sammy", secret: "hunter2" });
  });

  it.each([
    ["at our host", HOST, credentialOf("sammy@example.com", "hunter2")],
    ["that is the password", "ghcr.io", credentialOf("hunter2", "hunter2")],
    ["that looks like an API token", "ghcr.io", credentialOf(`dop_v1_${"a".repeat(64)}`, "x")],
  ])("hides a user name %s, until --reveal", async (_title, host, credential) => {
    const resolved: Resolved = { ...FOUND, login: { kind: "password", credential } };
    const { text, json } = await run(host, resolved);
    expect(text).toContain("user name  hidden (show it with --reveal)\n");
    expect(json).toMatchObject({ username: null });
    const username = credential.username.reveal();
    expect(text + JSON.stringify(json)).not.toContain(username);
    expect((await run(host, resolved, { reveal: true })).json).toMatchObject({ username });
  });

  it("exits with 3 without a login", async () => {
    const { text, json, exitCode } = await run("ghcr.io", { ...ASKED, kind: "none" }, { reveal: true });
    expect(text).toBe(
      "client  docker\nkey     ghcr.io\nfrom    ~/.docker/config.json\nlogin   none: docker goes on without a login\n",
    );
    expect(json).toMatchObject({ kind: "none", helper: null, login: null, username: null, secret: null });
    expect(exitCode).toBe(3);
  });

  it.each([
    ["identity token", { kind: "identity-token", token: new Secret("idt") }, "idt"],
    ["registry token", { kind: "registry-token", token: new Secret("rt") }, "rt"],
  ] as const)("distinguishes an %s from a password", async (kind, login, secret) => {
    const resolved = { ...FOUND, login };
    const hidden = await run("ghcr.io", resolved);
    expect(hidden.text).toContain(`login   ${kind}\ntoken   hidden (show it with --reveal)\n`);
    expect(hidden.json).toMatchObject({ login: kind, username: null });
    expect(hidden.json).not.toHaveProperty("secret");
    expect(hidden.exitCode).toBe(0);
    const open = await run("ghcr.io", resolved, { reveal: true });
    expect(open.text).toContain(`token   ${secret}\n`);
    expect(open.json).toMatchObject({ secret });
  });

  it("resolves the image's host and repository, and the given key", async () => {
    const { asked } = await run("quay.io/acme/app", FOUND, {
      client: "podman",
      key: "https://auth.example/",
    });
    expect(asked).toEqual([
      {
        host: "quay.io",
        client: "podman",
        options: { repository: "acme/app", key: "https://auth.example/" },
      },
    ]);
    expect((await run("https://index.docker.io/v1/")).asked[0]?.host).toBe("docker.io");
  });

  it("passes warnings on, and replaces control characters", async () => {
    const { warnings, text } = await run(
      "ghcr.io",
      { ...FOUND, warnings: ["passed over"], key: "a\u001b[2Jb", login: passwordOf("s\u001b[1m", "p\n") },
      { reveal: true },
    );
    expect(warnings).toEqual(["passed over"]);
    expect(text).not.toMatch(/\u001b/);
    expect(text).toContain("password   p?\n");
  });

  it("warns if the client asks another helper for DigitalOcean's registry", async () => {
    expect((await run(HOST)).warnings).toEqual([
      `docker is not configured to ask docr for ${HOST}; run docr configure`,
    ]);
    expect((await run(HOST, { ...FOUND, helper: "docr" })).warnings).toEqual([]);
    expect((await run("ghcr.io")).warnings).toEqual([]);
  });

  it("rejects a key with control characters", async () => {
    expect((await failureOf(() => run("ghcr.io", FOUND, { key: "a\nb" }))).code).toBe("bad-arguments");
  });
});
