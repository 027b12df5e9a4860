import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { closeServer, listen, readBody, type StandIn } from "./digitalocean-api.ts";
import type { Fault } from "./digitalocean-faults.ts";

/** A minted credential without its secret. */
export interface MintedView {
  readonly id: number;
  readonly registry: string;
  readonly access: string;
  readonly expiresAt: number | null;
  readonly revoked: boolean;
}

export function viewMinted(standIn: StandIn): readonly MintedView[] {
  return standIn.account.minted.map(({ id, registry, access, expiresAt, revoked }) => ({
    id,
    registry,
    access,
    expiresAt: expiresAt ?? null,
    revoked,
  }));
}

export interface ControlChannel {
  readonly url: string;
  close(): Promise<void>;
}

/** A second loopback port, so that control requests are not among the measured ones. */
export async function openControlChannel(standIn: StandIn): Promise<ControlChannel> {
  // The control requests. Each response is JSON.
  const orders: Record<string, (body: unknown) => unknown> = {
    "GET /calls": () => standIn.calls,
    "GET /minted": () => viewMinted(standIn),
    "POST /tokens": (body) => ({ token: standIn.account.addToken(readScopes(body)) }),
    "POST /faults": (body) => {
      standIn.faults.add(...readFaults(body));
      return {};
    },
    "POST /reset": () => {
      standIn.reset();
      return {};
    },
  };
  const obey = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = await readBody(request);
    const order = orders[`${request.method} ${request.url}`];
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    response.writeHead(order ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(order ? order(body) : {}));
  };
  const server = createServer((request, response) => void obey(request, response));
  const port = await listen(server, 0, "127.0.0.1");
  return { url: `http://127.0.0.1:${port}`, close: () => closeServer(server) };
}

function readScopes(body: unknown): readonly string[] | undefined {
  if (typeof body !== "object" || body === null || !("scopes" in body) || !Array.isArray(body.scopes))
    return undefined;
  return body.scopes.map(String);
}

/** The client is this repository's own code: a list of objects needs no further check. */
function readFaults(body: unknown): readonly Fault[] {
  return Array.isArray(body) ? body.filter(isFault) : [];
}

function isFault(value: unknown): value is Fault {
  return typeof value === "object" && value !== null && "kind" in value && "path" in value;
}
