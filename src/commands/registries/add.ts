import { HelperError } from "../../core/errors.ts";
import type { Result } from "../command.ts";
import type { VerbPorts } from "../ports.ts";
import type { Credential } from "../../core/credential.ts";
import { clientKeyOf } from "../../core/image.ts";
import { Secret } from "../../core/secret.ts";
import { checkNotBeside, findLogin, findUses, needLogin, otherHost, viewOf } from "./logins.ts";

export interface LoginFlags {
  readonly username?: string | undefined;
  readonly passwordStdin?: boolean;
  /** False with --no-check. */
  readonly check: boolean;
  readonly yes?: boolean;
}

/**
 * Keeps a login once the registry has taken it. Throws `bad-arguments` where one is kept already and nobody says that it
 * may go, and what the check throws.
 */
export async function addLogin(ports: VerbPorts, text: string, flags: LoginFlags): Promise<Result> {
  const host = otherHost(text);
  checkNotBeside(ports, host);
  const before = await findLogin(ports, host);
  if (before && !flags.yes) await agreeToReplace(ports, host);
  if (flags.username === undefined && flags.passwordStdin) {
    throw new HelperError("bad-arguments", "--password-stdin needs --username");
  }
  const username = flags.username ?? (await ports.terminal.ask(`User name at ${host}`));
  const secret = await readPassword(ports, host, flags);
  return keep(ports, { host, key: clientKeyOf(host), username, secret }, flags, "kept");
}

/**
 * Another user name, another password or both for a login that is kept; without either, a new password is asked for. Throws
 * `no-login` where there is none.
 */
export async function updateLogin(ports: VerbPorts, text: string, flags: LoginFlags): Promise<Result> {
  const host = otherHost(text);
  checkNotBeside(ports, host);
  const { login } = await needLogin(ports, host);
  const keepsPassword = flags.username !== undefined && !flags.passwordStdin;
  const secret = keepsPassword ? login.secret : await readPassword(ports, host, flags);
  const username = flags.username ?? login.username;
  return keep(ports, { host, key: login.serverUrl, username, secret }, flags, "updated");
}

interface NewLogin {
  readonly host: string;
  /** As clients ask for it. */
  readonly key: string;
  readonly username: string;
  readonly secret: Secret;
}

async function agreeToReplace({ terminal }: VerbPorts, host: string): Promise<void> {
  if (!terminal.canAsk) {
    throw new HelperError("bad-arguments", `a login for ${host} is kept already`, {
      hint: `change it with docr registry update ${host}, or replace it with --yes`,
    });
  }
  if (await terminal.confirm(`A login for ${host} is kept already. Replace it?`)) return;
  throw new HelperError("cancelled", "cancelled");
}

async function readPassword(
  { terminal }: VerbPorts,
  host: string,
  { passwordStdin }: LoginFlags,
): Promise<Secret> {
  return passwordStdin ? terminal.readSecret() : terminal.askHidden(`Password or access token at ${host}`);
}

async function keep(
  ports: VerbPorts,
  { host, key, username, secret }: NewLogin,
  { check }: LoginFlags,
  done: string,
): Promise<Result> {
  if (username === "" || /[\u0000-\u001f\u007f]/.test(username)) {
    throw new HelperError("bad-arguments", "the user name is empty or has control characters in it");
  }
  if (secret.matches(/^$/)) throw new HelperError("bad-arguments", "the password is empty");
  const credential: Credential = { username: new Secret(username), secret };
  if (check) {
    const registries = await ports.registries();
    await ports.terminal.spin(`asking ${host}`, () => registries.checkLogin(host, credential));
  }
  await ports.helper.store(key, username, secret);
  const view = viewOf(await needLogin(ports, host));
  const { usedBy } = await findUses(ports, view);
  if (usedBy.length === 0) {
    ports.terminal.remark(`no client asks docr for ${host} yet; docr configure --global tells them to`);
  }
  const unchecked = check ? "" : ", unchecked";
  return {
    text: `${done} the login of ${view.username ?? "that user"} for ${host}${unchecked}\n`,
    json: { ...view, checked: check },
  };
}
