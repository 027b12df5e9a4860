import { createServer, type RequestListener } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { Agent } from "undici";
import { dispatch, type HttpResponse } from "../../../src/http/dispatch.ts";
import { ResponseTooLarge } from "../../../src/http/faults.ts";
import { closeServer, listen } from "../../support/fakes/digitalocean-api.ts";

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

function get(origin: string, signal: AbortSignal, maxBytes = 100): Promise<HttpResponse> {
  const agent = new Agent();
  closers.push(() => agent.destroy());
  return dispatch(agent, { origin, path: "/", method: "GET" }, { signal, maxBytes });
}

describe("one request", () => {
  it("returns status, headers and the whole body", async () => {
    const origin = await serve((_request, response) => {
      response.writeHead(201, { "x-one": "1" });
      response.write("a");
      setTimeout(() => response.end("b"), 20);
    });
    const { status, headers, body } = await get(origin, new AbortController().signal);
    expect([status, headers["x-one"], body.toString()]).toEqual([201, "1", "ab"]);
  });

  it("returns the last status, not an interim one", async () => {
    const origin = await serve((_request, response) => {
      response.writeProcessing();
      response.end("done");
    });
    expect((await get(origin, new AbortController().signal)).status).toBe(200);
  });

  it("fails at once with the reason of a signal that is aborted before it", async () => {
    let visits = 0;
    const origin = await serve((_request, response) => response.end(String((visits += 1))));
    const reason = new Error("too late");
    await expect(get(origin, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(visits).toBe(0);
  });

  it("fails with the signal's reason in the middle of a body, and closes the connection", async () => {
    const abort = new AbortController();
    const reason = new Error("too late");
    const closed = Promise.withResolvers<void>();
    const origin = await serve((request, response) => {
      request.socket.once("close", () => closed.resolve());
      response.write("a");
      setTimeout(() => abort.abort(reason), 20);
    });
    await expect(get(origin, abort.signal)).rejects.toBe(reason);
    await closed.promise;
  });

  it("closes the connection as soon as the body is too long", async () => {
    const closed = Promise.withResolvers<void>();
    const origin = await serve((request, response) => {
      request.socket.once("close", () => closed.resolve());
      response.write("x".repeat(101));
    });
    await expect(get(origin, new AbortController().signal)).rejects.toBeInstanceOf(ResponseTooLarge);
    await closed.promise;
  });
});
