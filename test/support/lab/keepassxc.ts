import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SECRETS } from "./keyring.ts";
import { type Environment, runWell } from "./run.ts";
import { type Service, startService } from "./service.ts";
import { callObject, type SessionBus } from "./session-bus.ts";

const PASSWORD = "database password of the lab";
/** The group that KeePassXC shows to other programs. */
const GROUP = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";

const DATABASE = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<KeePassFile><Meta><Generator>KeePassXC</Generator><DatabaseName>Logins</DatabaseName>
<CustomData><Item><Key>FDO_SECRETS_EXPOSED_GROUP</Key><Value>{${GROUP}}</Value></Item></CustomData></Meta>
<Root><Group><UUID>${Buffer.from(GROUP.replaceAll("-", ""), "hex").toString("base64")}</UUID><Name>Root</Name></Group></Root>
</KeePassFile>
`;

const SETTINGS = ({ confirms, savesChanges = true }: KeePassXcOptions) => `[General]
ConfigVersion=2
AutoSaveAfterEveryChange=${savesChanges}
UpdateCheckMessageShown=true
OpenPreviousDatabasesOnStartup=false
RememberLastDatabases=false

[FdoSecrets]
Enabled=true
ConfirmAccessItem=${confirms}
ConfirmDeleteItem=${confirms}
ShowNotification=false

[GUI]
CheckForUpdates=false
`;

export interface KeePassXcOptions {
  /** `none`: no database is open, not even a locked one. */
  readonly database: "open" | "locked" | "none";
  /** Whether a person has to confirm each access to an item. */
  readonly confirms: boolean;
  /** Whether it saves its database a moment after each change. Default: true, as in KeePassXC. */
  readonly savesChanges?: boolean;
}

/** Starts KeePassXC without a display on the bus. */
export async function startKeePassXc(
  { env: busEnv, folder, hasOwner }: SessionBus,
  options: KeePassXcOptions,
): Promise<Service> {
  const { database } = options;
  // Its lock, which keeps a second instance from starting, is in TMPDIR.
  const env: Environment = {
    ...busEnv,
    QT_QPA_PLATFORM: "offscreen",
    TMPDIR: busEnv["XDG_RUNTIME_DIR"] ?? "",
  };
  const home = env["HOME"] ?? "";
  const config = join(home, ".config", "keepassxc");
  for (const path of [config, join(home, ".cache", "keepassxc")]) mkdirSync(path, { recursive: true });
  writeFileSync(join(config, "keepassxc.ini"), SETTINGS(options));
  const file = join(folder, "logins.kdbx");
  if (!existsSync(file)) {
    writeFileSync(join(folder, "logins.xml"), DATABASE);
    const stdin = `${PASSWORD}\n${PASSWORD}\n`;
    await runWell("keepassxc-cli", ["import", "-p", join(folder, "logins.xml"), file], { env, stdin });
  }
  const args = { open: ["--pw-stdin", file], locked: [file], none: [] }[database];
  return startService("keepassxc", args, {
    env,
    log: join(folder, "keepassxc.log"),
    ...(database === "open" ? { stdin: `${PASSWORD}\n` } : {}),
    async isReady() {
      if (!(await hasOwner(SECRETS.name))) return false;
      if (database === "none") return true;
      const collection = { ...SECRETS, path: `${SECRETS.path}/collection/logins` };
      const property = ["org.freedesktop.Secret.Collection", "Locked"];
      const locked = await callObject(busEnv, collection, "org.freedesktop.DBus.Properties.Get", property);
      // It lists a database before it has decrypted it.
      return locked.stdout.includes(database === "locked" ? "true" : "false");
    },
  });
}
