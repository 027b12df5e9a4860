import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseClientFile, readClientFile } from "../../../src/client-config/client-file.ts";
import { authOf, createClientHome } from "../../support/fakes/client-home.ts";
import { failureOf, failureOfSync } from "../../support/fakes/failure-of.ts";
import { itUnless } from "../../support/lab/describe.ts";
import { explainRoot } from "../../support/lab/parts.ts";

const LABEL = "~/.docker/config.json";

describe("a client's file", () => {
  it("yields logins, helpers by host and the helper for all hosts, and may contain anything else", () => {
    const file = parseClientFile(
      JSON.stringify({
        auths: { "ghcr.io": { auth: authOf("sammy", "hunter2") }, "https://index.docker.io/v1/": {} },
        credHelpers: { "registry.digitalocean.com": "docr" },
        credsStore: "desktop",
        currentContext: "desktop-linux",
        plugins: { "-x-cli-hints": { enabled: "true" } },
        features: { hooks: "true" },
      }),
      LABEL,
    );
    expect([...file.auths.keys()]).toEqual(["ghcr.io", "https://index.docker.io/v1/"]);
    expect([...file.credHelpers]).toEqual([["registry.digitalocean.com", "docr"]]);
    expect(file.credsStore).toBe("desktop");
  });

  it.each(["", " \n", "{}", '{"auths":null,"credsStore":null,"credHelpers":null}', '{"credsStore":""}'])(
    "may say nothing: %j",
    (text) => {
      expect(parseClientFile(text, LABEL)).toEqual({
        auths: new Map(),
        credHelpers: new Map(),
        credsStore: undefined,
      });
    },
  );

  it("has field names in any case, and the last spelling counts", () => {
    const file = parseClientFile('{"CredsStore":"pass","credsstore":"docr"}', LABEL);
    expect(file.credsStore).toBe("docr");
  });

  it.each([
    ['{"auths":', `${LABEL} is not valid JSON (line 1)`],
    ['{"auths":{}} {}', `${LABEL} is not valid JSON (line 1)`],
    ['{"credsStore":"docr",} // hunter2', `${LABEL} is not valid JSON (line 1)`],
    ["[]", `${LABEL} is not a JSON object`],
    ['"hunter2"', `${LABEL} is not a JSON object`],
    ['{"auths":["hunter2"]}', `auths in ${LABEL} is not an object`],
    ['{"auths":{"ghcr.io":"hunter2"}}', `auths in ${LABEL} has an entry that is not a login`],
    ['{"auths":{"ghcr.io":{"auth":["hunter2"]}}}', `auths in ${LABEL} has an entry that is not a login`],
    ['{"credHelpers":"hunter2"}', `credHelpers in ${LABEL} is not an object`],
    ['{"credHelpers":{"ghcr.io":{}}}', `credHelpers in ${LABEL} has an entry that is not a helper's name`],
    [
      '{"credHelpers":{"ghcr.io":"../hunter2"}}',
      `credHelpers in ${LABEL} has an entry that is not a helper's name`,
    ],
    ['{"credsStore":1}', `credsStore in ${LABEL} is not a helper's name`],
    ['{"credsStore":"pass; hunter2"}', `credsStore in ${LABEL} is not a helper's name`],
  ])("%s fails with an error that names the file and none of its content", async (text, message) => {
    expect(await failureOf(() => parseClientFile(text, LABEL))).toEqual({
      code: "client-config",
      message,
    });
  });

  it("that is any text is read or fails with that code", () => {
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({ auths: fc.jsonValue(), credHelpers: fc.jsonValue(), credsStore: fc.jsonValue() })
        .map((one) => JSON.stringify(one)),
    );
    fc.assert(
      fc.property(text, (one) => {
        const failure = failureOfSync(() => parseClientFile(one, LABEL));
        expect([undefined, "client-config"]).toContain(failure?.code);
      }),
    );
  });
});

describe("a client's file on the disk", () => {
  it("can be missing, and its folder too", () => {
    const client = createClientHome();
    const { home } = client;
    client.write("file", "");
    expect(readClientFile(join(home, "no", "config.json"), LABEL)).toBeUndefined();
    expect(readClientFile(join(home, "file", "config.json"), LABEL)).toBeUndefined();
  });

  it("fails if it exists and cannot be read", async () => {
    const { home } = createClientHome();
    mkdirSync(join(home, "config.json"));
    expect(await failureOf(() => readClientFile(join(home, "config.json"), LABEL))).toEqual({
      code: "client-config",
      message: `cannot read ${LABEL} (a directory, not a file)`,
    });
  });

  itUnless(explainRoot(), "is an error if another user owns it", async () => {
    const client = createClientHome();
    const { home } = client;
    client.write("config.json", {});
    chmodSync(join(home, "config.json"), 0);
    expect((await failureOf(() => readClientFile(join(home, "config.json"), LABEL))).message).toMatch(
      /EACCES/,
    );
  });
});
