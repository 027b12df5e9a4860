import { connect } from "node:net";
import { errorCodeOf } from "../../system/errno.ts";
import { Conversation } from "../../secret-service/conversation.ts";
import type { ConversationPlan } from "../../secret-service/conversation-plan.ts";

/** How to reach the session bus. */
export interface BusAccess {
  /** Sockets in the order to try, as `node:net` names them. */
  readonly sockets: readonly string[];
  readonly uid: number;
  readonly monotonicMs: () => number;
}

/** Each limit is for a whole conversation. */
export interface BusTimeouts {
  /** Time for the bus and the daemon. */
  readonly machineMs: number;
  /** Time for a person to answer prompts. Undefined if no person can see one: the time counts as the daemon's. */
  readonly personMs: number | undefined;
}

/**
 * Holds one conversation on the first socket that accepts a connection. The plan contains the outcome. Returns false if there is no
 * such socket. Never rejects.
 */
export async function converse(
  plan: ConversationPlan,
  { sockets, uid, monotonicMs }: BusAccess,
  timeouts: BusTimeouts,
): Promise<boolean> {
  for (const path of sockets) {
    const conversation = new Conversation(plan, uid, true);
    if (await converseOn(path, { conversation, plan, timeouts, monotonicMs })) return true;
  }
  return false;
}

interface Talk {
  readonly conversation: Conversation;
  readonly plan: ConversationPlan;
  readonly timeouts: BusTimeouts;
  readonly monotonicMs: () => number;
}

/** Returns false if the socket did not accept the connection. */
function converseOn(path: string, { conversation, plan, timeouts, monotonicMs }: Talk): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ path });
  const leftMs = { machine: timeouts.machineMs, person: timeouts.personMs ?? 0 };
  let waitsFor: keyof typeof leftMs = "machine";
  let since = monotonicMs();
  const end = (wasAccepted: boolean): void => {
    clearTimeout(timer);
    resolve(wasAccepted);
  };
  const abandon = (): void => {
    // The prompts are dismissed. Node writes this before it returns, if the bus still reads.
    socket.end(conversation.abandon());
    socket.unref();
    end(true);
  };
  let timer = setTimeout(abandon, leftMs.machine);
  const restartTimer = (): void => {
    const now = monotonicMs();
    leftMs[waitsFor] -= now - since;
    since = now;
    waitsFor = plan.isPrompting() && timeouts.personMs !== undefined ? "person" : "machine";
    clearTimeout(timer);
    timer = setTimeout(abandon, leftMs[waitsFor]);
  };
  let isConnected = false;
  socket.on("connect", () => {
    isConnected = true;
  });
  // Node sends it once the socket is connected.
  socket.write(conversation.begin());
  socket.on("data", (chunk: Uint8Array) => {
    if (conversation.isOver) return;
    const bytes = conversation.take(chunk);
    if (bytes.length > 0) socket.write(bytes);
    if (conversation.isOver) {
      end(true);
      // Often docr ends before that. To close a socket, Node opens the stream of stderr (src/app/startup/README.md).
      setImmediate(() => socket.destroy());
    } else {
      restartTimer();
    }
  });
  socket.on("error", (error) => {
    // The bus accepts no further connections for now: it does not respond.
    if (errorCodeOf(error) === "EAGAIN") abandon();
  });
  socket.on("close", () => {
    if (isConnected) conversation.close();
    end(isConnected);
  });
  return promise;
}
