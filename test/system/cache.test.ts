import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoExecutable } from "../support/lab/executable.ts";
import { explainMissing, KEYRING } from "../support/lab/parts.ts";
import { listFiles } from "../support/private-folder.ts";
import { HOST } from "../support/requests.ts";
import { inSandbox, type Sandbox } from "./sandbox.ts";

const SERVICE = "docker-credential-docr";
const reason = explainNoExecutable() ?? explainMissing([...KEYRING, "secret-tool"]);

const isInKeychain = async ({ keyring, standIn }: Sandbox): Promise<boolean> =>
  (await keyring?.dump(SERVICE))?.includes(standIn.account.minted.at(-1)?.secret ?? "nothing minted") ===
  true;

describeUnless(reason, "the executables with a real keychain", () => {
  it.concurrent(
    "cache a credential in 0600 files in a 0700 folder, and not in the keychain",
    inSandbox({ keyring: true }, async (sandbox) => {
      const { privateFolder } = sandbox;
      expect((await sandbox.get({ DIGITALOCEAN_ACCESS_TOKEN: sandbox.token })).code).toBe(0);
      expect(statSync(privateFolder).mode & 0o777).toBe(0o700);
      const modes = listFiles(privateFolder).map((name) => statSync(join(privateFolder, name)).mode & 0o777);
      expect(new Set(modes)).toEqual(new Set([0o600]));
      expect(await isInKeychain(sandbox)).toBe(false);
    }),
  );

  it.concurrent(
    "cache it only in the keychain with DOCR_CACHE=keychain, until the logout",
    inSandbox({ keyring: true }, async (sandbox) => {
      const env = { DIGITALOCEAN_ACCESS_TOKEN: sandbox.token, DOCR_CACHE: "keychain" };
      await sandbox.get(env);
      expect((await sandbox.get(env)).code).toBe(0);
      expect([await isInKeychain(sandbox), sandbox.standIn.count("mint")]).toEqual([true, 1]);
      await sandbox.docr("erase", { stdin: HOST, env });
      expect(await isInKeychain(sandbox)).toBe(false);
      expect(sandbox.standIn.account.minted.at(-1)?.revoked).toBe(true);
    }),
  );
});
