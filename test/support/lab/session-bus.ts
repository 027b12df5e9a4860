import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { findLabFolder } from "./namespace.ts";
import { explainMissing, SYSTEM_PATH } from "./parts.ts";
import { type Environment, type Outcome, run } from "./run.ts";
import { type Service, startService } from "./service.ts";

/** The program that is the bus. */
export type BusProgram = "dbus-daemon" | "dbus-broker";

/** A private session bus, with a home and a runtime directory for the programs on it. It starts no program itself. */
export interface SessionBus {
  readonly folder: string;
  /** The variables that lead to it: PATH, HOME, XDG_RUNTIME_DIR, DBUS_SESSION_BUS_ADDRESS. */
  readonly env: Environment;
  /** Whether a program owns this name. */
  readonly hasOwner: (name: string) => Promise<boolean>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** Suspends the bus. dbus-broker continues: the process that passes messages on is another one. */
  pause(): void;
  resume(): void;
}

/** The bus has no service folders, so it starts no program: a stopped keyring stays stopped, and no prompt appears. */
const CONFIG = (
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

/** dbus-broker-launch takes its socket from systemd, and writes its log to the journal's socket. */
const JOURNAL = "/run/systemd/journal/socket";
const LAUNCH_BROKER = `
use strict; use warnings; use Socket; use Fcntl; use POSIX ();
my ($path, $journal, @command) = @ARGV;
my ($log, $bus, $text, $ready);
my ($starter, $wanted) = ($$, "");
unlink $journal;
socket($log, AF_UNIX, SOCK_DGRAM, 0) && bind($log, sockaddr_un($journal)) or die "journal: $!";
socket($bus, AF_UNIX, SOCK_STREAM, 0) && bind($bus, sockaddr_un($path)) && listen($bus, 64) or die "bus: $!";
if (!fork()) {
  close $bus;
  vec($wanted, fileno($log), 1) = 1;
  while (getppid() == $starter) { recv($log, $text, 65536, 0) if select($ready = $wanted, undef, undef, 1); }
  exit 0;
}
POSIX::dup2(fileno($bus), 3) if fileno($bus) != 3;
fcntl($bus, F_SETFD, 0) if fileno($bus) == 3;
$ENV{LISTEN_FDS} = 1; $ENV{LISTEN_PID} = $$;
exec @command;
`;

/** Returns why this bus cannot run here, or undefined. dbus-broker needs a journal's socket in /run. */
export function explainNoBus(program: BusProgram): string | undefined {
  if (program === "dbus-daemon") return explainMissing(["dbus-daemon", "gdbus"]);
  const outside =
    findLabFolder() === undefined ? "needs the private namespace that npm test makes" : undefined;
  return outside ?? explainMissing(["dbus-broker", "gdbus", "perl"]);
}

/** `folder` holds the home and the runtime directory. Keep its path short, because it holds sockets. */
export async function startSessionBus(
  folder: string,
  program: BusProgram = "dbus-daemon",
  added: Environment = {},
): Promise<SessionBus> {
  const home = join(folder, "home");
  const runtime = join(folder, "run");
  for (const path of [home, runtime]) mkdirSync(path, { recursive: true, mode: 0o700 });
  const socket = join(runtime, "bus");
  const env = {
    PATH: SYSTEM_PATH,
    HOME: home,
    XDG_RUNTIME_DIR: runtime,
    DBUS_SESSION_BUS_ADDRESS: `unix:path=${socket}`,
    ...added,
  };
  const config = join(folder, "bus.conf");
  writeFileSync(config, CONFIG(socket));
  const service = await startProgram(program, { folder, env, config, socket });
  return {
    folder,
    env,
    hasOwner: async (name) => (await callBus(env, "NameHasOwner", [name])).stdout.includes("true"),
    stop: () => service.stop(),
    kill: () => service.kill(),
    pause: () => service.pause(),
    resume: () => service.resume(),
  };
}

interface BusFiles {
  readonly folder: string;
  readonly env: Environment;
  readonly config: string;
  readonly socket: string;
}

function startProgram(program: BusProgram, { folder, env, config, socket }: BusFiles): Promise<Service> {
  const options = {
    env,
    log: join(folder, "bus.log"),
    isReady: async () => existsSync(socket) && (await callBus(env, "GetId", [])).code === 0,
  };
  if (program === "dbus-daemon") {
    return startService("dbus-daemon", ["--nofork", "--nopidfile", `--config-file=${config}`], options);
  }
  mkdirSync(dirname(JOURNAL), { recursive: true });
  const launch = ["dbus-broker-launch", "--scope", "user", "--config-file", config];
  return startService("perl", ["-e", LAUNCH_BROKER, socket, JOURNAL, ...launch], options);
}

function callBus(env: Environment, method: string, args: readonly string[]): Promise<Outcome> {
  const bus = { name: "org.freedesktop.DBus", path: "/org/freedesktop/DBus" };
  return callObject(env, bus, `org.freedesktop.DBus.${method}`, args);
}

/** Calls a method with arguments as gdbus reads them. Its exit code is not 0 if the call fails. */
export function callObject(
  env: Environment,
  { name, path }: { readonly name: string; readonly path: string },
  method: string,
  args: readonly string[],
): Promise<Outcome> {
  const target = ["--session", "--dest", name, "--object-path", path];
  return run("gdbus", ["call", ...target, "--method", method, ...args], { env, timeoutSeconds: 10 });
}
