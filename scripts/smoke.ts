/**
 * Uses an installed docr as a client does: version, a cold and a cached `get`, another registry's login, list and logout. The same on
 * every machine and in every root, because it needs no keychain, no network and no home.
 *
 * Usage: node scripts/smoke.ts COMMAND... [--] where COMMAND and a program's name run that program, for example `env --` or
 * `chroot /some/root`. Without a command, runs the programs on the PATH.
 */
import { createStandIn, type StandIn } from "../test/support/fakes/digitalocean-api.ts";
import { type Environment, type Outcome, run } from "../test/support/lab/run.ts";

const HOST = "registry.digitalocean.com";
const OTHER = { ServerURL: "ghcr.io", Username: "sammy", Secret: "not-a-secret" };

/** Runs one of docr's programs in the installation that is tested. */
export type RunInstalled = (
  program: "docr" | "docker-credential-docr",
  args: readonly string[],
  options: { readonly stdin: string; readonly env: Environment },
) => Promise<Outcome>;

/**
 * Runs all steps. Returns what each one did. Throws at the first step that does not do what a client expects. Without a store, leaves
 * out the steps with another registry's login.
 */
export async function smoke(
  runInstalled: RunInstalled,
  added: Environment,
  hasStore = true,
): Promise<readonly string[]> {
  const standIn = await createStandIn({ registries: ["acme"] });
  try {
    return await runSteps(runInstalled, added, standIn, hasStore);
  } finally {
    await standIn.close();
  }
}

function expect(name: string, isRight: boolean, found: string): void {
  if (!isRight) throw new Error(`${name}: ${found}`);
}

async function runSteps(
  runInstalled: RunInstalled,
  added: Environment,
  standIn: StandIn,
  hasStore: boolean,
): Promise<readonly string[]> {
  const { url, account } = standIn;
  const done: string[] = [];
  const env = {
    ...added,
    DIGITALOCEAN_API_URL: url,
    DIGITALOCEAN_OAUTH_URL: url,
    DIGITALOCEAN_ACCESS_TOKEN: account.addToken(),
  };
  const ask = async (
    name: string,
    program: Parameters<RunInstalled>[0],
    args: readonly string[],
    stdin = "",
  ) => {
    const { code, signal, stdout, stderr } = await runInstalled(program, args, { stdin, env });
    if (code !== 0) throw new Error(`${name} ended with ${code ?? signal}: ${stdout}${stderr}`);
    done.push(name);
    return stdout;
  };
  const helper = (name: string, action: string, stdin: string): Promise<string> =>
    ask(name, "docker-credential-docr", [action], stdin);

  const version = await ask("version", "docr", ["version"]);
  expect(
    "version",
    /^docker-credential-docr \(docker-credential-docr\) \d+\.\d+\.\d+\n$/.test(version),
    version,
  );
  const cold = await helper("get, cold", "get", HOST);
  expect(
    "get, cold",
    account.minted.length === 1 && JSON.parse(cold).ServerURL === HOST,
    "no credential was minted",
  );
  const calls = standIn.count();
  const cached = await helper("get, cached", "get", HOST);
  expect(
    "get, cached",
    cached === cold && standIn.count() === calls,
    "another response, or a call of the API",
  );
  if (hasStore) await useOtherRegistry();
  await ask("logout", "docr", ["logout"]);
  expect(
    "logout",
    account.minted.every(({ revoked }) => revoked),
    "the credential was not revoked",
  );
  return done;

  async function useOtherRegistry(): Promise<void> {
    await helper("store", "store", JSON.stringify(OTHER));
    const other: unknown = JSON.parse(await helper("get, another registry", "get", OTHER.ServerURL));
    expect(
      "get, another registry",
      JSON.stringify(other) === JSON.stringify(OTHER),
      "another login than the stored one",
    );
    const list: Record<string, string> = JSON.parse(await helper("list", "list", "unused"));
    expect(
      "list",
      list[OTHER.ServerURL] === OTHER.Username && HOST in list,
      JSON.stringify(Object.keys(list)),
    );
    await helper("erase", "erase", OTHER.ServerURL);
  }
}

if (process.argv[1] === import.meta.filename) {
  const [command = "env", ...before] = process.argv.slice(2);
  const done = await smoke((program, args, options) => run(command, [...before, program, ...args], options), {
    PATH: process.env["PATH"] ?? "",
    HOME: process.env["HOME"] ?? "",
    DOCR_STORE: "file",
  });
  console.log(done.map((name) => `ok ${name}`).join("\n"));
}
