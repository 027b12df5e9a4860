import { describe, expect, it } from "vitest";
import { openSession, type Session } from "../../../src/oci/session.ts";
import type { OciRequest } from "../../../src/oci/redirects.ts";
import { type ErrorCode, HelperError } from "../../../src/core/errors.ts";
import type { RegistryLogin } from "../../../src/oci/session.ts";
import { Secret } from "../../../src/core/secret.ts";
import { failureOf } from "../../support/fakes/failure-of.ts";

/** A status, with a challenge where it is 401, or what keeps a request from getting one. */
type Answer = number | ErrorCode;

const HERE = "localhost:5000";
const ELSEWHERE = "registry.example";
const PASSWORD: RegistryLogin = { username: new Secret("ann"), secret: new Secret("hunter2") };
const IDENTITY: RegistryLogin = { username: new Secret("<token>"), secret: new Secret("hunter2") };

/** A conversation with a registry that gives these answers, and what it was asked. */
function open(host: string, https: Answer, http: Answer, login: RegistryLogin | undefined = PASSWORD) {
  const asked: OciRequest[] = [];
  const session: Promise<Session> = openSession({
    host,
    login,
    scope: undefined,
    async send(request) {
      asked.push(request);
      const answer = request.url.protocol === "https:" ? https : http;
      if (typeof answer === "string") throw new HelperError(answer, "it failed");
      const headers = answer === 401 ? { "www-authenticate": 'Basic realm="x"' } : {};
      return { status: answer, headers, body: Buffer.alloc(0), url: request.url };
    },
  });
  return { session, urls: () => asked.map(({ url }) => url.href), asked };
}

describe("a registry", () => {
  it.each(["registry-tls", "registry-cut-off", "registry-refused"] as const)(
    "on loopback is asked over plain http if https fails with %s",
    async (code) => {
      const { session, urls } = open(HERE, code, 200);
      expect((await session).base.href).toBe("http://localhost:5000/v2/");
      expect(urls()).toEqual(["https://localhost:5000/v2/", "http://localhost:5000/v2/"]);
    },
  );

  it.each([
    ["on loopback", HERE, "registry-timeout"],
    ["on loopback", HERE, "registry-malformed"],
    ["on another machine", ELSEWHERE, "registry-tls"],
    ["on another machine", ELSEWHERE, "registry-refused"],
    ["whose name only starts like loopback", "localhost.example", "registry-tls"],
  ] as const)("%s (%s) is not asked over plain http after %s", async (_where, host, code) => {
    const { session, urls } = open(host, code, 200);
    expect((await failureOf(() => session)).code).toBe(code);
    expect(urls()).toEqual([`https://${host}/v2/`]);
  });

  it("that speaks TLS with a wrong certificate gets no login over plain http", async () => {
    const { session, asked } = open(HERE, "registry-tls", 400);
    expect((await failureOf(() => session)).code).toBe("registry-tls");
    expect(asked.filter(({ authorization }) => authorization)).toEqual([]);
  });

  it("that accepts passwords never gets an identity token", async () => {
    const { session, asked } = open(ELSEWHERE, 401, 401, IDENTITY);
    expect((await failureOf(() => session)).code).toBe("registry-unauthorized");
    expect(asked.filter(({ authorization, form }) => authorization ?? form)).toEqual([]);
  });

  it.each(["https://evil.example/v2/", "http://registry.example/v2/", "https://registry.example:444/v2/"])(
    "is asked nothing at %s",
    async (url) => {
      const { session, urls } = open(ELSEWHERE, 401, 401);
      const opened = await session;
      const failure = await failureOf(() => opened.request({ path: new URL(url), maxBytes: 1 }));
      expect(failure.code).toBe("registry-malformed");
      expect(urls()).toEqual(["https://registry.example/v2/"]);
    },
  );
});
