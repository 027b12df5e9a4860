import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { decodeResponse } from "../../src/kubelet/decode-response.ts";
import { API_VERSIONS, encodeRequest } from "../../src/kubelet/request.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR, explainNoExecutable, LAUNCHER } from "../support/lab/executable.ts";
import { explainNoMounts, openMounts } from "../support/lab/mounts.ts";
import { SYSTEM_PATH } from "../support/lab/parts.ts";
import { type Environment, type Outcome, run } from "../support/lab/run.ts";
import { HOST, MINT } from "../support/requests.ts";
import { inSandbox, type Sandbox } from "./sandbox.ts";

const requestFor = (image: string): string => encodeRequest({ apiVersion: API_VERSIONS[0], image });

/** What a kubelet gives a provider: no home and no session. */
function environmentOf({ token, standIn }: Sandbox): Environment {
  return {
    PATH: SYSTEM_PATH,
    DIGITALOCEAN_ACCESS_TOKEN: token,
    DIGITALOCEAN_API_URL: standIn.url,
    DIGITALOCEAN_OAUTH_URL: standIn.url,
  };
}

function ask(sandbox: Sandbox, image: string, program = DOCR): Promise<Outcome> {
  const args = ["kubelet", "--state-dir", join(sandbox.folder, "state")];
  return run(program, args, { env: environmentOf(sandbox), stdin: requestFor(image) });
}

/** The number of the credential in the response. Undefined without one, and if the kubelet would reject the response. */
function idIn({ standIn }: Sandbox, { code, stdout, stderr }: Outcome): number | undefined {
  if (code !== 0 || stderr !== "") return undefined;
  const response = decodeResponse(stdout, API_VERSIONS[0]);
  if ("problem" in response) return undefined;
  const [login] = [...response.auth.values()];
  return login && standIn.account.findMinted(login.secret.reveal())?.id;
}

describeUnless(explainNoExecutable(), "docr kubelet", () => {
  it(
    "mints once for 50 images at the same time",
    inSandbox({}, async (sandbox) => {
      const images = Array.from({ length: 50 }, (_, index) => `${HOST}/acme/app-${index}`);
      const outcomes = await Promise.all(images.map((image) => ask(sandbox, image)));
      expect(new Set(outcomes.map((outcome) => idIn(sandbox, outcome)))).toEqual(new Set([1]));
      expect(sandbox.standIn.count()).toBe(1);
      expect(Math.max(...outcomes.map(({ ms }) => ms))).toBeLessThan(55_000);
    }),
  );

  it.concurrent(
    "answers under docker's name too, through the launcher",
    inSandbox({}, async (sandbox) => {
      expect(idIn(sandbox, await ask(sandbox, `${HOST}/acme/app`, LAUNCHER))).toBe(1);
      expect(idIn(sandbox, await ask(sandbox, `${HOST}/acme/app`))).toBe(1);
    }),
  );

  it.concurrent(
    "rejects 100 MB of input with one line on stderr",
    inSandbox({}, async (sandbox) => {
      const { code, stdout, stderr } = await run(DOCR, ["kubelet"], {
        env: environmentOf(sandbox),
        stdin: "x".repeat(100_000_000),
      });
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toMatch(/^docr: [^\n]+$/);
    }),
  );

  it.concurrent(
    "gives up with a reason before the kubelet does if the API never answers",
    inSandbox({}, async (sandbox) => {
      sandbox.standIn.faults.add({ kind: "hang", path: MINT, times: 99 });
      const outcome = await ask(sandbox, `${HOST}/acme/app`);
      expect(outcome).toMatchObject({ code: 1, stdout: "" });
      expect(outcome.stderr).toMatch(/^docr: [^\n]+$/);
      expect(outcome.ms).toBeGreaterThan(30_000);
      expect(outcome.ms).toBeLessThan(55_000);
    }),
  );

  it.concurrent(
    "leaves no process behind that holds the kubelet's pipes",
    inSandbox({}, async (sandbox) => {
      // A process that is left has docr's own path among its arguments.
      const copy = join(sandbox.folder, "docr");
      const script = `cp ${DOCR} ${copy} && ${copy} kubelet --state-dir ${sandbox.folder}/state; ps -eo args | grep -c "^${copy}"`;
      const outcome = await run("sh", ["-c", script], {
        env: environmentOf(sandbox),
        stdin: requestFor(`${HOST}/acme/app`),
      });
      expect(outcome.stdout).toMatch(/^\{"kind":"CredentialProviderResponse".*\}\n0\n$/);
    }),
  );
});

describeUnless(explainNoExecutable() ?? explainNoMounts(), "docr kubelet on a hardened node", () => {
  it.concurrent(
    "needs no home, no session and no memory to share, with a read-only root and nothing executable in /tmp",
    inSandbox({}, async (sandbox) => {
      const state = join(sandbox.folder, "state");
      mkdirSync(state);
      const mounts = await openMounts(`
        mount -t tmpfs -o size=4m tmpfs ${state}
        mount -t tmpfs -o ro tmpfs /dev/shm
        mount -t tmpfs -o ro tmpfs /run
        mount -t tmpfs -o noexec,size=1m tmpfs /var/tmp
        mount -o remount,bind,ro /
      `);
      try {
        const [shell, ...words] = mounts.wrap([
          "sh",
          "-c",
          "touch /etc/docr-test; echo > /var/tmp/x; chmod 755 /var/tmp/x; /var/tmp/x",
        ]);
        expect((await run(shell, words, { env: { PATH: SYSTEM_PATH } })).stderr).toMatch(
          /Read-only file system[^]*Permission denied/,
        );
        const [program, ...args] = mounts.wrap([DOCR, "kubelet", "--state-dir", state]);
        const request = (): Promise<Outcome> =>
          run(program, args, {
            env: { ...environmentOf(sandbox), TMPDIR: "/var/tmp" },
            stdin: requestFor(`${HOST}/acme/app`),
          });
        expect(idIn(sandbox, await request())).toBe(1);
        expect(idIn(sandbox, await request())).toBe(1);
        expect(sandbox.standIn.count()).toBe(1);
      } finally {
        await mounts.close();
      }
    }),
  );
});
