import { pbkdf2Sync, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SECRETS } from "./keyring.ts";
import { type Service, startService } from "./service.ts";
import { callObject, type SessionBus } from "./session-bus.ts";

const PASSWORD = "wallet password of the lab";

const SETTINGS = `[Wallet]
Enabled=true
First Use=false
Prompt on Open=false
Use One Wallet=true
Default Wallet=kdewallet

[org.freedesktop.secrets]
apiEnabled=true
`;

/**
 * Starts kwalletd5 as pam_kwallet does: with the key on a pipe, and the session's variables on a socket. Arguments: the socket's path,
 * the key as hexadecimal digits, the program.
 */
const LOG_IN = `
use strict; use warnings; use Socket;
my ($path, $key, @program) = @ARGV;
my ($listening, $to, $reading, $writing);
$^F = 32;
unlink $path;
socket($listening, AF_UNIX, SOCK_STREAM, 0) && bind($listening, sockaddr_un($path)) && listen($listening, 1) or die "$!";
pipe($reading, $writing) or die "$!";
if (!fork()) {
  close $reading; close $listening;
  syswrite $writing, pack("H*", $key); close $writing;
  socket($to, AF_UNIX, SOCK_STREAM, 0) && connect($to, sockaddr_un($path)) or die "$!";
  syswrite $to, join("", map { "$_=$ENV{$_}\\n" } keys %ENV);
  exit 0;
}
close $writing;
$ENV{PAM_KWALLET5_LOGIN} = $path;
exec @program, "--pam-login", fileno($reading), fileno($listening);
`;

/** `new`: there is no wallet yet. `open`: the login has opened it. `locked`: a dialog would ask for its password. */
export type KWalletState = "new" | "open" | "locked";

/** Starts KWallet without a display on the bus. A new wallet is created unless the state is `new`. */
export async function startKWallet(bus: SessionBus, state: KWalletState): Promise<Service> {
  const home = bus.env["HOME"] ?? "";
  const wallets = join(home, ".local", "share", "kwalletd");
  mkdirSync(wallets, { recursive: true });
  mkdirSync(join(home, ".config"), { recursive: true });
  writeFileSync(join(home, ".config", "kwalletrc"), SETTINGS);
  const file = join(wallets, "kdewallet.kwl");
  if (state === "new") rmSync(file, { force: true });
  else if (!existsSync(file)) {
    const creating = await startDaemon(bus, logInWith(bus, wallets), () => isOpen(bus));
    await creating.stop();
  }
  const command = state === "open" ? logInWith(bus, wallets) : ["kwalletd5"];
  return startDaemon(bus, command, async () => {
    if (!(await bus.hasOwner(SECRETS.name))) return false;
    return state !== "open" || isOpen(bus);
  });
}

/** Whether the login has opened the wallet. The daemon owns its names earlier. */
async function isOpen({ env }: SessionBus): Promise<boolean> {
  const wallet = { name: "org.kde.kwalletd5", path: "/modules/kwalletd5" };
  const outcome = await callObject(env, wallet, "org.kde.KWallet.isOpen", ["kdewallet"]);
  return outcome.stdout.includes("true");
}

function logInWith({ env }: SessionBus, wallets: string): readonly string[] {
  const salt = join(wallets, "kdewallet.salt");
  if (!existsSync(salt)) writeFileSync(salt, randomBytes(56), { mode: 0o600 });
  const key = pbkdf2Sync(PASSWORD, readFileSync(salt), 50_000, 56, "sha512").toString("hex");
  return ["perl", "-e", LOG_IN, join(env["XDG_RUNTIME_DIR"] ?? "", "kwallet5.socket"), key, "kwalletd5"];
}

function startDaemon(
  { env, folder }: SessionBus,
  [program = "", ...args]: readonly string[],
  isReady: () => Promise<boolean>,
): Promise<Service> {
  return startService(program, args, {
    env: { ...env, QT_QPA_PLATFORM: "offscreen" },
    log: join(folder, "kwallet.log"),
    isReady,
  });
}
