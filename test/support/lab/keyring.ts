import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { SYSTEM_PATH } from "./parts.ts";
import { type Environment, run, runWell } from "./run.ts";
import { type Service, startService } from "./service.ts";

const PASSWORD = "keyring password of the lab";

/**
 * The bus has no service folders, so it starts no program: a stopped keyring stays stopped, and no prompt appears.
 */
const BUS_CONFIG = (
  socket: string,
) => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;

/** A private session bus with a real gnome-keyring. */
export interface Keyring {
  /** The variables that lead to it: HOME, XDG_RUNTIME_DIR, DBUS_SESSION_BUS_ADDRESS. */
  readonly env: Environment;
  /** Returns every item of a service as text to search. Never print it. */
  dump(service: string): Promise<string>;
  /** Locks the login keyring. Only a restart unlocks it. */
  lock(): Promise<void>;
  /** Makes the login keyring the keyring `name`, which stays locked. A new login keyring is the default one. */
  lockAway(name: string): Promise<void>;
  /** Undoes that, and removes the new login keyring. */
  bringBack(name: string): Promise<void>;
  /** Suspends the daemon. The bus accepts messages for it, and no response comes. */
  pause(): void;
  resume(): void;
  /** Ends the daemon but not the bus. */
  quit(): Promise<void>;
  /** Restarts the daemon with the same keyring file. */
  restart(state: "unlocked" | "locked"): Promise<void>;
  stop(): Promise<void>;
}

/** `folder` holds the home and the runtime directory. Keep its path short, because it holds sockets. */
export async function startKeyring(folder: string): Promise<Keyring> {
  const home = join(folder, "home");
  const runtime = join(folder, "run");
  for (const path of [home, runtime]) mkdirSync(path, { recursive: true, mode: 0o700 });
  const env = {
    PATH: SYSTEM_PATH,
    HOME: home,
    XDG_RUNTIME_DIR: runtime,
    DBUS_SESSION_BUS_ADDRESS: `unix:path=${runtime}/bus`,
  };
  const bus = await startBus(folder, env);
  let daemon: Service | undefined = await startDaemon(folder, env, "unlocked");
  const quit = async (): Promise<void> => {
    await daemon?.stop();
    daemon = undefined;
  };
  const fileOf = (name: string): string => join(home, ".local", "share", "keyrings", `${name}.keyring`);
  const rename = async (from: string, to: string): Promise<void> => {
    await quit();
    renameSync(fileOf(from), fileOf(to));
    writeFileSync(join(dirname(fileOf(to)), "default"), "login");
    daemon = await startDaemon(folder, env, "unlocked");
  };
  return {
    env,
    lockAway: (name) => rename("login", name),
    bringBack: (name) => rename(name, "login"),
    dump: async (service) => {
      const found = await run("secret-tool", ["search", "--all", "service", service], {
        env,
        timeoutSeconds: 10,
      });
      return found.stdout + found.stderr;
    },
    lock: async () => {
      await callSecrets(env, "Service.Lock", ["[objectpath '/org/freedesktop/secrets/collection/login']"]);
    },
    pause: () => {
      if (daemon) process.kill(daemon.pid, "SIGSTOP");
    },
    resume: () => {
      if (daemon) process.kill(daemon.pid, "SIGCONT");
    },
    quit,
    restart: async (state) => {
      await quit();
      daemon = await startDaemon(folder, env, state);
    },
    stop: async () => {
      await quit();
      await bus.stop();
    },
  };
}

function startBus(folder: string, env: Environment): Promise<Service> {
  const config = join(folder, "bus.conf");
  writeFileSync(config, BUS_CONFIG(`${env["XDG_RUNTIME_DIR"]}/bus`));
  return startService("dbus-daemon", ["--nofork", "--nopidfile", `--config-file=${config}`], {
    env,
    log: join(folder, "bus.log"),
    isReady: async () => (await callBus(env, "GetId", [])).code === 0,
  });
}

function startDaemon(folder: string, env: Environment, state: "unlocked" | "locked"): Promise<Service> {
  const args = ["--foreground", "--components=secrets"];
  if (state === "unlocked") args.push("--unlock");
  return startService("gnome-keyring-daemon", args, {
    env,
    log: join(folder, "keyring.log"),
    ...(state === "unlocked" ? { stdin: PASSWORD } : {}),
    isReady: async () => {
      const owned = await callBus(env, "NameHasOwner", ["org.freedesktop.secrets"]);
      if (!owned.stdout.includes("true")) return false;
      if (state === "locked") return true;
      // The daemon owns its name a moment before it has the login keyring.
      const alias = await run("gdbus", [...SECRETS, "org.freedesktop.Secret.Service.ReadAlias", "default"], {
        env,
      });
      return alias.stdout.includes("/collection/login");
    },
  });
}

function callBus(env: Environment, method: string, args: readonly string[]) {
  const target = ["--dest", "org.freedesktop.DBus", "--object-path", "/org/freedesktop/DBus"];
  const call = ["call", "--session", ...target, "--method", `org.freedesktop.DBus.${method}`, ...args];
  return run("gdbus", call, { env, timeoutSeconds: 5 });
}

const SECRETS = [
  "call",
  "--session",
  "--dest",
  "org.freedesktop.secrets",
  "--object-path",
  "/org/freedesktop/secrets",
  "--method",
];

function callSecrets(env: Environment, method: string, args: readonly string[]) {
  return runWell("gdbus", [...SECRETS, `org.freedesktop.Secret.${method}`, ...args], {
    env,
    timeoutSeconds: 10,
  });
}
