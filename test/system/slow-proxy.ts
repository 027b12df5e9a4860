import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import { closeServer, listen } from "../support/fakes/digitalocean-api.ts";

/** A way to the stand-in on which answers wait; the request itself arrives there at once. */
export interface SlowProxy {
  readonly url: string;
  /** From now on nobody listens there: connections are refused. */
  close(): Promise<void>;
}

/** `wait` is asked for each answer, by the request's path; the answer goes on when it resolves. */
export async function createSlowProxy(
  target: string,
  wait: (path: string) => Promise<unknown>,
): Promise<SlowProxy> {
  const pass = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const { method, url, headers } = incoming;
    const upstream = request(new URL(url ?? "/", target), { method, headers }, (answer) => {
      const go = (): void => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      };
      void wait(new URL(url ?? "/", target).pathname).then(go);
    });
    upstream.on("error", () => outgoing.destroy());
    outgoing.on("error", () => upstream.destroy());
    incoming.pipe(upstream);
  };
  const server = createServer(pass);
  const port = await listen(server, 0, "127.0.0.1");
  return { url: `http://127.0.0.1:${port}`, close: () => closeServer(server) };
}

/** Something that is shut until it is opened. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

export function createGate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}
