import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createStandIn } from "../../test/support/fakes/digitalocean-api.ts";
import { DOCR } from "../../test/support/lab/executable.ts";
import { type Environment, run } from "../../test/support/lab/run.ts";
import { insist, type Narrator } from "./narrator.ts";

const HOST = "registry.digitalocean.com";

/**
 * Shows docr alone, with the stand-in for the API on loopback. Needs no root. The environment names no session bus, so that
 * docr does not touch the user's keychain.
 */
export async function showAlone(narrator: Narrator): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "docr-demo-"));
  const standIn = await createStandIn();
  try {
    const env = {
      ...isolate(folder),
      DIGITALOCEAN_ACCESS_TOKEN: standIn.account.addToken(),
      DIGITALOCEAN_API_URL: standIn.url,
      DIGITALOCEAN_OAUTH_URL: standIn.url,
    };
    const ask = async (verb: string): Promise<string> => {
      const outcome = await run(DOCR, [verb], { env, stdin: HOST });
      insist(outcome.code === 0, outcome.stderr);
      return outcome.stdout;
    };
    await narrator.step("docr", async () => {
      await ask("get");
      insist(standIn.count("mint") === 1, "docr minted no credential");
      return `get ${HOST}: ${standIn.count("list")} list, 1 mint`;
    });
    await narrator.step("docr", async () => {
      standIn.reset();
      await ask("get");
      return `get again: ${standIn.count()} API calls`;
    });
    await narrator.step("docr", async () => `list: ${(await ask("list")).trim()}`);
    if (process.platform !== "linux") {
      narrator.skip("docr", "erase, because it would remove your own login");
      return;
    }
    await narrator.step("docr", async () => {
      await ask("erase");
      insist(
        standIn.account.minted.every(({ revoked }) => revoked),
        "a credential was not revoked",
      );
      return `erase: revoked ${standIn.account.minted.length}`;
    });
  } finally {
    await standIn.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns an environment whose home and runtime directory are the folder, without a session bus. */
export function isolate(folder: string): Environment {
  const kept = [
    "PATH",
    "SystemRoot",
    "TEMP",
    "LANG",
    "HTTPS_PROXY",
    "NO_PROXY",
    "NODE_EXTRA_CA_CERTS",
    "SSL_CERT_FILE",
  ];
  const env = kept.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(env), HOME: folder, XDG_RUNTIME_DIR: folder };
}
