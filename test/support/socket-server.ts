import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";

/** Servers on Unix sockets, and their ends of the connections. */
export interface SocketServers {
  /** In the order of the connections. A test may add sockets of its own. */
  readonly sockets: Socket[];
  /** Starts a server that does `onConnection` with each connection. Returns its socket's path. */
  serve(onConnection: (socket: Socket) => void, backlog?: number): Promise<string>;
  /** Destroys the sockets and closes the servers. */
  close(): void;
}

/** The sockets are in `folder`, whose path must be short. */
export function openSocketServers(folder: string): SocketServers {
  const servers: Server[] = [];
  const sockets: Socket[] = [];
  return {
    sockets,
    async serve(onConnection, backlog) {
      const path = join(folder, `server${servers.length}`);
      const server = createServer((socket) => {
        sockets.push(socket);
        socket.on("error", () => undefined);
        onConnection(socket);
      });
      servers.push(server);
      await new Promise<void>((resolve) => server.listen({ path, backlog }, resolve));
      return path;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      for (const server of servers) server.close();
    },
  };
}
