import { chmodSync, chownSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { FakeSecretBus } from "./secret-bus.ts";
import type { FakeSecretDaemon } from "./secret-daemon.ts";

/** A fake session bus on a socket. */
export interface SecretBusServer {
  /** As in DBUS_SESSION_BUS_ADDRESS. */
  readonly address: string;
  /** The Secret Service that new connections reach. Undefined: none runs. */
  daemon: FakeSecretDaemon | undefined;
  /** Changes what the bus writes. An empty buffer is not written. Undefined closes the connection. */
  change: (bytes: Buffer) => Buffer | undefined;
  /** Ends a connection this long after the bus last wrote. Undefined: never. */
  idleMs: number | undefined;
  /** Writes at most this many bytes at a time. Undefined: all at once. */
  pieceBytes: number | undefined;
  readonly connections: () => number;
  /** How many connections asked the bus to start a Secret Service. */
  readonly startRequests: () => number;
  close(): Promise<void>;
}

/** Listens at the path, which must be short. It may be abstract. `owner` is the user id of a socket that is not. */
export async function startSecretBus(
  path: string,
  daemon?: FakeSecretDaemon,
  owner?: number,
): Promise<SecretBusServer> {
  const sockets = new Set<Socket>();
  const buses: FakeSecretBus[] = [];
  const bus: SecretBusServer = {
    address: `unix:path=${path}`,
    daemon,
    change: (bytes) => bytes,
    idleMs: undefined,
    pieceBytes: undefined,
    connections: () => buses.length,
    startRequests: () => buses.filter(({ wasAskedToStart }) => wasAskedToStart).length,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
      if (!path.startsWith("\0")) rmSync(path, { force: true });
    },
  };
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // A client may end at any time.
    socket.on("error", () => undefined);
    const connection = new FakeSecretBus(bus.daemon);
    buses.push(connection);
    socket.on("data", (chunk: Buffer) => {
      const bytes = bus.change(connection.take(chunk));
      if (bytes === undefined) socket.destroy();
      else for (const piece of piecesOf(bytes, bus.pieceBytes ?? bytes.length)) socket.write(piece);
      if (bus.idleMs !== undefined) socket.setTimeout(bus.idleMs, () => socket.destroy());
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  if (path.startsWith("\0")) return bus;
  chmodSync(path, 0o777);
  if (owner !== undefined) chownSync(path, owner, owner);
  return bus;
}

function piecesOf(bytes: Buffer, size: number): readonly Buffer[] {
  const count = size === 0 ? 0 : Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}
