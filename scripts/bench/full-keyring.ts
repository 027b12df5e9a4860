import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Keyring, startKeyring } from "../../test/support/lab/keyring.ts";
import { run, runWell } from "../../test/support/lab/run.ts";
import { PROJECT } from "../steps.ts";
import { isListOf, loginNumber } from "./logins.ts";

/** The helper whose logins fill the keyring. */
export type Owner = "docr" | "secretservice";

export const SECRETSERVICE = "/usr/bin/docker-credential-secretservice";
const SAVED = join(PROJECT, ".cache", "bench", "keyrings");

/**
 * Starts a keyring with `count` logins. gnome-keyring takes a minute to store 1,000, so the keyring's file is saved for the
 * next run. `docr` is the helper's path.
 */
export async function startFullKeyring(
  folder: string,
  { owner, count, docr }: { readonly owner: Owner; readonly count: number; readonly docr: string },
): Promise<Keyring> {
  const saved = join(SAVED, `${owner}-${count}.keyring`);
  const file = join(folder, "home", ".local", "share", "keyrings", "login.keyring");
  if (existsSync(saved)) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    copyFileSync(saved, file);
  }
  const keyring = await startKeyring(folder);
  try {
    const helper = owner === "docr" ? docr : SECRETSERVICE;
    const isFull = async () => isListOf(count, (await run(helper, ["list"], { env: keyring.env })).stdout);
    if (await isFull()) return keyring;
    await fill(keyring, owner, count);
    if (!(await isFull())) throw new Error(`stored ${count} logins, but list does not print ${count}`);
    mkdirSync(SAVED, { recursive: true });
    copyFileSync(file, saved);
    return keyring;
  } catch (error) {
    rmSync(saved, { force: true });
    await keyring.stop();
    throw error;
  }
}

async function fill({ env }: Keyring, owner: Owner, count: number): Promise<void> {
  if (owner === "docr") {
    const script = join(import.meta.dirname, "fill-docr.ts");
    await runWell(process.execPath, [script, "0", String(count)], { env, timeoutSeconds: 600 });
    return;
  }
  for (let index = 0; index < count; index += 1) {
    const { serverUrl, username, secret } = loginNumber(index);
    const stdin = JSON.stringify({ ServerURL: serverUrl, Username: username, Secret: secret });
    await runWell(SECRETSERVICE, ["store"], { env, stdin });
  }
}
