/** A site for a scenario: a home, a runtime directory, an API, a bus with a Secret Service. Each run starts from the same state. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ALL_SCOPES } from "../../../test/support/fakes/digitalocean-account.ts";
import { createStandIn } from "../../../test/support/fakes/digitalocean-api.ts";
import { startSecretBus } from "../../../test/support/fakes/secret-bus-server.ts";
import type { FakeSecretDaemon } from "../../../test/support/fakes/secret-daemon.ts";
import type { Environment } from "../../../test/support/lab/run.ts";
import { arrangeApi, arrangeKeychain, harm, LARGE_BYTES, listFiles, place } from "./arrange.ts";
import type { Scenario } from "./scenario.ts";

/** The API token of the stand-in's account. No output may contain it. */
export const TOKEN = `dop_v1_${"a7".repeat(32)}`;
/** Root's folder in shared memory, where docr caches without a runtime directory. */
const SHARED = "/dev/shm/docr-0";

export interface World {
  readonly folder: string;
  /** Brings everything to the state before the request, but with an empty cache. */
  arrange(scenario: Scenario): void;
  damage(scenario: Scenario): void;
  env(scenario: Scenario): Environment;
  /** The values of the keychain's items, by collection and name. */
  items(): ReadonlyMap<string, string>;
  /** The files of docr in the site, with their text. */
  files(): ReadonlyMap<string, string>;
  close(): Promise<void>;
}

export async function createWorld(folder: string): Promise<World> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const standIn = await createStandIn();
  standIn.account.addToken(ALL_SCOPES, TOKEN);
  const socket = join(folder, "bus");
  const bus = await startSecretBus(socket);
  const at = (path: string): string => join(folder, path);
  const substitute = (text: string): string =>
    text.replaceAll("SITE", folder).replaceAll("TOKEN", TOKEN).replaceAll("API", standIn.url);
  return {
    folder,
    arrange(scenario) {
      for (const path of ["home", "run", "tmp", "cwd", "bin", "gone"])
        rmSync(at(path), { recursive: true, force: true });
      rmSync(SHARED, { recursive: true, force: true });
      for (const path of ["home", "run", "tmp", "cwd", "bin"]) mkdirSync(at(path), { mode: 0o700 });
      writeFileSync(at("bin/docker-credential-other"), FALLBACK, { mode: 0o755 });
      for (const file of scenario.files) place(file, at(join("home", file.path)), substitute);
      arrangeApi(standIn, scenario);
      arrangeKeychain(bus, scenario.keychain, substitute);
    },
    damage({ damage }) {
      const files = [at("run/docr"), SHARED].filter((path) => existsSync(path)).flatMap(listFiles);
      for (const one of damage) if (files.length > 0) harm(files[one.file % files.length] ?? "", one);
    },
    env: ({ env, keychain }) => ({
      ...defined({
        HOME: at("home"),
        XDG_RUNTIME_DIR: at("run"),
        TMPDIR: at("tmp"),
        PATH: `${at("bin")}:/usr/bin:/bin`,
        DIGITALOCEAN_API_URL: standIn.url,
        DIGITALOCEAN_OAUTH_URL: standIn.url,
        DBUS_SESSION_BUS_ADDRESS: keychain.state === "no bus" ? "unix:path=/nonexistent" : bus.address,
        ...Object.fromEntries(
          Object.entries(env).map(([name, value]) => [
            name,
            value === null ? null : clean(substitute(value)),
          ]),
        ),
      }),
      [MARK]: folder,
    }),
    items: () => itemsOf(bus.daemon),
    files: () => new Map([...["home", "run", "tmp", "cwd"].map(at), SHARED].flatMap((path) => textsIn(path))),
    async close() {
      await bus.close();
      await standIn.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The variable by which a process of the scenario is recognized. */
export const MARK = "DOCR_FUZZ_SITE";

const FALLBACK = `#!/bin/sh
read -r address
case $1 in
  list) echo '{"fallback.test":"other"}';;
  get) case $address in
    *quay*) echo '{"ServerURL":"quay.io","Username":"other","Secret":"of the fallback"}';;
    *) echo credentials not found in native keychain; exit 1;;
  esac;;
esac
`;

const clean = (text: string): string => text.replaceAll("\0", "").toWellFormed();

function defined(values: Readonly<Record<string, string | null>>): Environment {
  return Object.fromEntries(
    Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== null),
  );
}

function itemsOf(daemon: FakeSecretDaemon | undefined): ReadonlyMap<string, string> {
  const pairs = (daemon?.collections ?? []).flatMap(({ path, items }) =>
    items.map(
      ({ attributes, value }) =>
        [`${path} ${attributes["account"] ?? ""}`, Buffer.from(value).toString()] as const,
    ),
  );
  return new Map(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function textsIn(folder: string): readonly (readonly [string, string])[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => statSync(path).size < LARGE_BYTES / 2)
    .map((path) => [path, readFileSync(path, "latin1")] as const);
}
