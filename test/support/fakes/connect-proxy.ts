import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { closeServer, listen } from "./digitalocean-api.ts";

/** A CONNECT proxy whose tunnels all lead to one port of this machine. */
export interface ConnectProxy {
  readonly url: string;
  /** `HOST:PORT` of every requested tunnel. */
  readonly tunnels: readonly string[];
  /** Requests without a tunnel. */
  readonly plain: readonly string[];
  close(): Promise<void>;
}

export interface ConnectProxyOptions {
  /** The port of the tunnels. Without it, the proxy refuses every tunnel with `status`. */
  readonly port?: number;
  readonly status?: number;
}

export async function createConnectProxy(options: ConnectProxyOptions): Promise<ConnectProxy> {
  const tunnels: string[] = [];
  const plain: string[] = [];
  // The server does not track a connection that has become a tunnel.
  const sockets = new Set<Duplex>();
  const server: Server = createServer((request, response) => {
    plain.push(request.url ?? "");
    response.writeHead(502).end();
  });
  server.on("connect", (request, client) => {
    tunnels.push(request.url ?? "");
    sockets.add(client);
    client.on("error", () => client.destroy());
    if (options.port === undefined) {
      client.end(`HTTP/1.1 ${options.status ?? 403} Refused\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const upstream = connect(options.port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      upstream.pipe(client).pipe(upstream);
    });
    sockets.add(upstream);
    upstream.on("error", () => client.destroy());
  });
  const close = (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    return closeServer(server);
  };
  const port = await listen(server, 0, "127.0.0.1");
  return { url: `http://127.0.0.1:${port}`, tunnels, plain, close };
}
