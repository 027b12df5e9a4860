import { createServer, type RequestListener } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import type { HttpResponse } from "../../../src/http/dispatch.ts";
import { createExchange, type HttpRequest } from "../../../src/http/exchange.ts";
import { faultOf } from "../../../src/http/faults.ts";
import { Secret } from "../../../src/core/secret.ts";
import { closeServer, listen, readBody } from "../../support/fakes/digitalocean-api.ts";

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  const port = await listen(server, 0, "127.0.0.1");
  closers.push(() => closeServer(server));
  return `http://127.0.0.1:${port}`;
}

function exchange(url: string, request: Partial<HttpRequest> = {}): Promise<HttpResponse> {
  const send = createExchange({}, AbortSignal.timeout(10_000));
  return send({ method: "GET", url: new URL(url), headers: {}, maxBytes: 100, ...request });
}

const faultFrom = (answer: Promise<unknown>): Promise<string> =>
  answer.then(
    () => "none",
    (error: unknown) => faultOf(error).kind,
  );

describe("an exchange", () => {
  it("sends method, path, headers and body unchanged, and nothing else", async () => {
    const seen: unknown[] = [];
    const url = await serve((request, response) => {
      const note = async (): Promise<void> => {
        const { host, connection, ...headers } = request.headers;
        seen.push(
          request.method,
          request.url,
          headers,
          await readBody(request),
          typeof host,
          typeof connection,
        );
        response.end();
      };
      void note();
    });
    await exchange(`${url}/v2/?a=b`, {
      method: "POST",
      headers: { accept: "x" },
      form: { c: new Secret("d e") },
      authorization: { bearer: new Secret("hunter2") },
    });
    const headers = {
      accept: "x",
      authorization: "Bearer hunter2",
      "content-type": "application/x-www-form-urlencoded",
      "content-length": "5",
    };
    expect(seen.slice(0, 4)).toEqual(["POST", "/v2/?a=b", headers, "c=d+e"]);
  });

  it("sends user name and password as UTF-8", async () => {
    let header: string | undefined;
    const url = await serve((request, response) => {
      header = request.headers.authorization;
      response.end();
    });
    const basic = { username: new Secret("zoë"), secret: new Secret("a:b") };
    await exchange(url, { authorization: { basic } });
    expect(header).toBe(`Basic ${Buffer.from("zoë:a:b").toString("base64")}`);
  });

  it("returns the received bytes unchanged", async () => {
    const bytes = Buffer.from([0, 0xff, 0xc3, 0x28, 10]);
    const url = await serve((_request, response) => response.end(bytes));
    expect((await exchange(url)).body).toEqual(bytes);
  });

  it("reads at most as many bytes as its request allows", async () => {
    const url = await serve((_request, response) => response.end("x".repeat(101)));
    expect((await exchange(url, { maxBytes: 101 })).body).toHaveLength(101);
    expect(await faultFrom(exchange(url))).toBe("too-large");
  });

  it("follows no redirect", async () => {
    let visits = 0;
    const url = await serve((_request, response) => {
      visits += 1;
      response.writeHead(307, { location: "/elsewhere" }).end();
    });
    expect((await exchange(url)).status).toBe(307);
    expect(visits).toBe(1);
  });
});
