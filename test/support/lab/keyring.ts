import { renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Environment, type Outcome, run } from "./run.ts";
import { type Service, startService } from "./service.ts";
import { type BusProgram, callObject, type SessionBus, startSessionBus } from "./session-bus.ts";

/** The Secret Service. */
export const SECRETS = { name: "org.freedesktop.secrets", path: "/org/freedesktop/secrets" };

const PASSWORD = "keyring password of the lab";

export interface KeyringOptions {
  /** The program that is the bus. Default: dbus-daemon. */
  readonly program?: BusProgram;
  /** More variables for the daemon and its users, such as the locale's. */
  readonly added?: Environment;
  /** Default: a password that is not empty. */
  readonly password?: string;
  /** Default: unlocked. A new keyring that is not unlocked does not exist: there is no collection. */
  readonly state?: "unlocked" | "locked";
}

/** A private session bus with a real gnome-keyring. */
export interface Keyring {
  /** The variables that lead to it: HOME, XDG_RUNTIME_DIR, DBUS_SESSION_BUS_ADDRESS. */
  readonly env: Environment;
  readonly bus: SessionBus;
  /** The daemon's process. Undefined while none runs. */
  pid(): number | undefined;
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
  /** Does the same at once, without time for its answers. */
  kill(): Promise<void>;
  /** Restarts the daemon with the same keyring file. */
  restart(state: "unlocked" | "locked"): Promise<void>;
  stop(): Promise<void>;
}

/** `folder` holds the home and the runtime directory. Keep its path short, because it holds sockets. */
export async function startKeyring(
  folder: string,
  { program, added, password = PASSWORD, state: first = "unlocked" }: KeyringOptions = {},
): Promise<Keyring> {
  const bus = await startSessionBus(folder, program, added);
  const { env } = bus;
  let daemon: Service | undefined = await startDaemon(bus, first, password);
  const quit = async (): Promise<void> => {
    await daemon?.stop();
    daemon = undefined;
  };
  const fileOf = (name: string): string =>
    join(folder, "home", ".local", "share", "keyrings", `${name}.keyring`);
  const rename = async (from: string, to: string): Promise<void> => {
    await quit();
    renameSync(fileOf(from), fileOf(to));
    writeFileSync(join(dirname(fileOf(to)), "default"), "login");
    daemon = await startDaemon(bus, "unlocked", password);
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
    bus,
    pid: () => daemon?.pid,
    pause: () => daemon?.pause(),
    resume: () => daemon?.resume(),
    quit,
    async kill() {
      await daemon?.kill();
      daemon = undefined;
    },
    restart: async (state) => {
      await quit();
      daemon = await startDaemon(bus, state, password);
    },
    stop: async () => {
      await quit();
      await bus.stop();
    },
  };
}

function startDaemon(
  { folder, env, hasOwner }: SessionBus,
  state: "unlocked" | "locked",
  password: string,
): Promise<Service> {
  const args = ["--foreground", "--components=secrets"];
  if (state === "unlocked") args.push("--unlock");
  return startService("gnome-keyring-daemon", args, {
    env,
    log: join(folder, "keyring.log"),
    ...(state === "unlocked" ? { stdin: password } : {}),
    isReady: async () => {
      if (!(await hasOwner(SECRETS.name))) return false;
      if (state === "locked") return true;
      // The daemon owns its name a moment before it has the login keyring.
      const alias = await callObject(env, SECRETS, "org.freedesktop.Secret.Service.ReadAlias", ["default"]);
      return alias.stdout.includes("/collection/login");
    },
  });
}

/** Calls a method of the Secret Service. Throws if it fails. */
export async function callSecrets(
  env: Environment,
  method: string,
  args: readonly string[],
): Promise<Outcome> {
  const outcome = await callObject(env, SECRETS, `org.freedesktop.Secret.${method}`, args);
  if (outcome.code === 0) return outcome;
  throw new Error(`${method} failed: ${outcome.stderr}`);
}
