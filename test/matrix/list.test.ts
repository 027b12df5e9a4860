/** `list` of the whole program, in situations in which it failed before, or named a registry whose `get` then failed. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type EnvironmentChanges, onMachine, type TestMachine } from "../support/fakes/test-machine.ts";
import { HOST, loginFor } from "../support/requests.ts";

const OTHER = "one.test";

interface Situation {
  readonly title: string;
  readonly env?: EnvironmentChanges;
  readonly arrange?: (machine: TestMachine) => void | Promise<void>;
  /** The hosts that `list` names. Default: the other registry's. */
  readonly hosts?: readonly string[];
}

const SITUATIONS: readonly Situation[] = [
  { title: "no fault", hosts: [OTHER, HOST] },
  { title: "an empty API token in the environment", env: { DIGITALOCEAN_ACCESS_TOKEN: "" } },
  { title: "a malformed API token in the environment", env: { DIGITALOCEAN_ACCESS_TOKEN: "hunter2" } },
  {
    title: "a missing token file",
    env: { DIGITALOCEAN_ACCESS_TOKEN: undefined, DIGITALOCEAN_ACCESS_TOKEN_FILE: "/nonexistent/token" },
  },
  { title: "a lifetime that is too short", env: { DOCR_TTL: "5" } },
  {
    title: "an API token that DigitalOcean rejects",
    env: { DIGITALOCEAN_ACCESS_TOKEN: `dop_v1_${"0".repeat(64)}` },
  },
  {
    title: "two registries and no DOCR_REGISTRY",
    arrange: ({ standIn }) => void (standIn.account.registries = ["acme", "beta"]),
  },
  {
    title: "two registries and DOCR_REGISTRY as an address",
    env: { DOCR_REGISTRY: `${HOST}/beta` },
    arrange: ({ standIn }) => void (standIn.account.registries = ["acme", "beta"]),
    hosts: [OTHER, HOST],
  },
  {
    title: "a locked keychain",
    arrange: ({ keychain }) => void (keychain.login.isLocked = true),
    hosts: [HOST],
  },
  { title: "no keychain", arrange: ({ removeKeychain }) => removeKeychain(), hosts: [HOST] },
  { title: "a wrong store, which fails each get", env: { DOCR_STORE: "safe" }, hosts: [] },
  { title: "a wrong fallback helper, which fails each get", env: { DOCR_FALLBACK: "../evil" }, hosts: [] },
  {
    title: "a config file that is not JSON, which fails each get",
    arrange({ home }) {
      mkdirSync(join(home, ".config", "docr"), { recursive: true });
      writeFileSync(join(home, ".config", "docr", "config.json"), "{");
    },
    hosts: [],
  },
];

describe("list succeeds silently, and names exactly the hosts for which get returns a login", () => {
  it.concurrent.each(SITUATIONS)("with $title", async ({ env = {}, arrange, hosts = [OTHER] }) => {
    await onMachine(async (machine) => {
      await machine.docr("store", { stdin: loginFor(OTHER) });
      await arrange?.(machine);
      const listed = await machine.docr("list", { env });
      expect(listed).toMatchObject({ code: 0, stderr: "" });
      expect(Object.keys(JSON.parse(listed.stdout))).toEqual(hosts);
      for (const stdin of [OTHER, HOST]) {
        const { code } = await machine.docr("get", { stdin, env });
        expect([stdin, code]).toEqual([stdin, hosts.includes(stdin) ? 0 : 1]);
      }
    })();
  });
});
