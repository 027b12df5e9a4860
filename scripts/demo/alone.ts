import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createStandIn } from "../../test/support/fakes/digitalocean-api.ts";
import { DOCR } from "../../test/support/lab/executable.ts";
import { type Environment, run } from "../../test/support/lab/run.ts";
import { insist, type Narrator } from "./narrator.ts";

const HOST = "registry.digitalocean.com";

/**
 * What can be shown without root: the executable by itself against the stand-in on loopback. Its
 * environment has no session in it, so that nobody's own keychain is read or written.
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
      insist(standIn.count("mint") === 1, "nothing was minted");
      return `get ${HOST}: ${standIn.count("list")} list, 1 mint`;
    });
    await narrator.step("docr", async () => {
      standIn.reset();
      await ask("get");
      return `get again: ${standIn.count()} API calls`;
    });
    await narrator.step("docr", async () => `list: ${(await ask("list")).trim()}`);
    if (process.platform !== "linux") {
      narrator.skip("docr", "erase, since here it would forget your own login too");
      return;
    }
    await narrator.step("docr", async () => {
      await ask("erase");
      insist(
        standIn.account.minted.every(({ revoked }) => revoked),
        "the credential still lives",
      );
      return `erase: revoked ${standIn.account.minted.length}`;
    });
  } finally {
    await standIn.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A home and a runtime directory of the demonstration's own, and no session bus. */
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
