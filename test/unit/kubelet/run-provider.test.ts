import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { API_VERSIONS } from "../../../src/kubelet/request.ts";
import { createRunProvider } from "../../../src/kubelet/run-provider.ts";
import { failureOf } from "../../support/fakes/failure-of.ts";
import { describeUnless } from "../../support/lab/describe.ts";
import { explainWindows } from "../../support/lab/parts.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docr-p-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(script: string, mode = 0o755): void {
  writeFileSync(join(folder, "docr"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, "docr"), mode);
}

const OTHERS = { PATH: "/usr/bin:/bin", HOME: "/home/sammy", XDG_RUNTIME_DIR: "/run", NAME: "node" };

const run = (args: readonly string[] = ["kubelet"]) => {
  const provider = {
    name: "docr",
    matchImages: [],
    apiVersion: API_VERSIONS[0],
    args,
    env: { NAME: "provider" },
  };
  return createRunProvider({ ...OTHERS, DIGITALOCEAN_ACCESS_TOKEN: "token" }, OTHERS)(
    provider,
    folder,
    "quay.io/a/b",
  );
};

describeUnless(explainWindows(), "a provider", () => {
  it("gets the request, its arguments and its variables, and no home and session", async () => {
    program('echo "$1 $NAME ${HOME-none} ${XDG_RUNTIME_DIR-none}"; cat; echo reason >&2; exit 3');
    expect(await run()).toEqual({
      stdout:
        "kubelet provider none none\n" +
        '{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1","image":"quay.io/a/b"}\n',
      stderr: "reason\n",
      exitCode: 3,
    });
  });

  it("gets the API token only if it is docr", async () => {
    program('echo "${DIGITALOCEAN_ACCESS_TOKEN-none}"');
    expect((await run()).stdout).toBe("token\n");
    expect((await run(["get-credentials"])).stdout).toBe("none\n");
    expect((await run([])).stdout).toBe("none\n");
  });

  it.each([0o644, undefined])("that cannot be run is named (%s)", async (mode) => {
    if (mode !== undefined) program("exit 0", mode);
    expect(await failureOf(() => run())).toEqual({
      code: "other-helper",
      message: expect.stringMatching(/docr cannot be run \((?:EACCES|ENOENT)\)$/),
    });
  });
});
