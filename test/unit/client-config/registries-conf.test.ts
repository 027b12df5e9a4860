import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AUTH_FILES,
  parseCredentialHelpers,
  readCredentialHelpers,
} from "../../../src/client-config/registries-conf.ts";
import { createClientHome } from "../../support/fakes/client-home.ts";
import { failureOf, failureOfSync } from "../../support/fakes/failure-of.ts";

const LABEL = "~/.config/containers/registries.conf";

describe("credential-helpers in a registries.conf", () => {
  it.each([
    ['credential-helpers = ["docr"]', ["docr"]],
    [
      "unqualified-search-registries = []\ncredential-helpers = [\n  \"docr\", # own\n  'pass',\n]\n",
      ["docr", "pass"],
    ],
    ["credential-helpers = []", []],
    ['[[registry]]\nlocation = "a.example"\ncredential-helpers = ["docr"]', undefined],
    ['# credential-helpers = ["docr"]', undefined],
    ["", undefined],
  ])("are %j", (text, names) => {
    expect(parseCredentialHelpers(text, LABEL)).toEqual(names);
  });

  it.each([
    ["credential-helpers = [", `${LABEL} is not valid TOML (line 1)`],
    ["hunter2", `${LABEL} is not valid TOML (line 1)`],
    ['credential-helpers = "docr"', `credential-helpers in ${LABEL} is not a list of helpers' names`],
    ["credential-helpers = [1]", `credential-helpers in ${LABEL} is not a list of helpers' names`],
    ['credential-helpers = ["../x"]', `credential-helpers in ${LABEL} is not a list of helpers' names`],
  ])("%j fails with an error that names the file", async (text, message) => {
    expect(await failureOf(() => parseCredentialHelpers(text, LABEL))).toEqual({
      code: "client-config",
      message,
    });
  });

  it("in any text are read or fail with that code", () => {
    const text = fc.oneof(
      fc.string(),
      fc.json().map((value) => `credential-helpers = ${value}`),
    );
    fc.assert(
      fc.property(text, (one) => {
        const failure = failureOfSync(() => parseCredentialHelpers(one, LABEL));
        expect([undefined, "client-config"]).toContain(failure?.code);
      }),
    );
  });
});

describe("the helpers that podman asks", () => {
  it("are the user's own; the last drop-in counts", () => {
    const home = createClientHome();
    home.registries('credential-helpers = ["one"]');
    expect(readCredentialHelpers(home.machine)).toEqual({ names: ["one"], source: LABEL });
    home.write(".config/containers/registries.conf.d/10-a.conf", 'credential-helpers = ["two"]');
    home.write(".config/containers/registries.conf.d/20-b.conf", "");
    home.write(".config/containers/registries.conf.d/30-c.ignore", 'credential-helpers = ["three"]');
    expect(readCredentialHelpers(home.machine)).toEqual({ names: ["two"], source: `${LABEL}.d/10-a.conf` });
  });

  it("are only the auth.json files if the setting is missing or empty", () => {
    const home = createClientHome();
    home.registries("");
    expect(readCredentialHelpers(home.machine).names).toEqual([AUTH_FILES]);
    home.registries("credential-helpers = []");
    expect(readCredentialHelpers(home.machine).names).toEqual([AUTH_FILES]);
  });

  it("are those of the file that the environment names", () => {
    const home = createClientHome();
    home.write("mine.conf", 'credential-helpers = ["mine"]');
    const env = { ...home.machine.env, CONTAINERS_REGISTRIES_CONF: join(home.home, "mine.conf") };
    expect(readCredentialHelpers({ ...home.machine, env })).toEqual({
      names: ["mine"],
      source: "~/mine.conf",
    });
  });
});
