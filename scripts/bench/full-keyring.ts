import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Keyring, startKeyring } from "../../test/support/lab/keyring.ts";
import { run, runWell } from "../../test/support/lab/run.ts";
import { PROJECT } from "../steps.ts";
import { isListOf, loginNumber } from "./logins.ts";

/** Whose logins fill it. */
export type Owner = "ours" | "theirs";

export const THEIR_HELPER = "/usr/bin/docker-credential-secretservice";
const KEPT = join(PROJECT, ".cache", "bench", "keyrings");

/**
 * A keyring of its own with so many logins. gnome-keyring takes a minute for a thousand, so its file is kept for the next
 * time. `ourHelper` is a path.
 */
export async function startFullKeyring(
  folder: string,
  { owner, count, ourHelper }: { readonly owner: Owner; readonly count: number; readonly ourHelper: string },
): Promise<Keyring> {
  const kept = join(KEPT, `${owner}-${count}.keyring`);
  const file = join(folder, "home", ".local", "share", "keyrings", "login.keyring");
  if (existsSync(kept)) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    copyFileSync(kept, file);
  }
  const keyring = await startKeyring(folder);
  try {
    const helper = owner === "ours" ? ourHelper : THEIR_HELPER;
    const isFull = async () => isListOf(count, (await run(helper, ["list"], { env: keyring.env })).stdout);
    if (await isFull()) return keyring;
    await fill(keyring, owner, count);
    if (!(await isFull())) throw new Error(`${count} logins were stored, and list has not as many`);
    mkdirSync(KEPT, { recursive: true });
    copyFileSync(file, kept);
    return keyring;
  } catch (error) {
    rmSync(kept, { force: true });
    await keyring.stop();
    throw error;
  }
}

async function fill({ env }: Keyring, owner: Owner, count: number): Promise<void> {
  if (owner === "ours") {
    const script = join(import.meta.dirname, "fill-ours.ts");
    await runWell(process.execPath, [script, "0", String(count)], { env, timeoutSeconds: 600 });
    return;
  }
  for (let index = 0; index < count; index += 1) {
    const { serverUrl, username, secret } = loginNumber(index);
    const stdin = JSON.stringify({ ServerURL: serverUrl, Username: username, Secret: secret });
    await runWell(THEIR_HELPER, ["store"], { env, stdin });
  }
}
