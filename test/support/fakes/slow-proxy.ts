import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { closeServer, listen } from "./digitalocean-api.ts";

/** A proxy to the stand-in that holds responses back. Requests arrive at the stand-in at once. */
export interface SlowProxy {
  readonly url: string;
  /** From now on, the address refuses connections. */
  close(): Promise<void>;
}

/** `wait` is called with the request's path for each response, which goes on to the client when it resolves. */
export async function createSlowProxy(
  target: string,
  wait: (path: string) => Promise<unknown>,
): Promise<SlowProxy> {
  const pass = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const { method, headers } = incoming;
    const url = new URL(incoming.url ?? "/", target);
    const upstream = request(url, { method, headers }, (response) => {
      const send = (): void => {
        outgoing.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(outgoing);
      };
      void wait(url.pathname).then(send);
    });
    upstream.on("error", () => outgoing.destroy());
    outgoing.on("error", () => upstream.destroy());
    incoming.pipe(upstream);
  };
  const server = createServer(pass);
  const port = await listen(server, 0, "127.0.0.1");
  return { url: `http://127.0.0.1:${port}`, close: () => closeServer(server) };
}

/** Shut until it is opened. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

export function createGate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}
