import { Conversation } from "../../secret-service/conversation.ts";
import type { ConversationPlan } from "../../secret-service/conversation-plan.ts";
import { type NodeBinding, openBusSocket } from "./bus-socket.ts";

/** The bus accepts no further connections for now. */
const EAGAIN = -11;

/** How to reach the session bus. */
export interface BusAccess {
  /** Paths of sockets in the order to try. A path that begins with NUL names an abstract socket. */
  readonly sockets: readonly string[];
  readonly uid: number;
  readonly monotonicMs: () => number;
  readonly binding: NodeBinding;
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
  { sockets, uid, ...access }: BusAccess,
  timeouts: BusTimeouts,
): Promise<boolean> {
  for (const path of sockets) {
    const conversation = new Conversation(plan, uid, true);
    if (await converseOn(path, { conversation, plan, timeouts, ...access })) return true;
  }
  return false;
}

interface Talk extends Pick<BusAccess, "monotonicMs" | "binding"> {
  readonly conversation: Conversation;
  readonly plan: ConversationPlan;
  readonly timeouts: BusTimeouts;
}

/** Returns false if the socket did not accept the connection. */
function converseOn(
  path: string,
  { conversation, plan, timeouts, monotonicMs, binding }: Talk,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const leftMs = { machine: timeouts.machineMs, person: timeouts.personMs ?? 0 };
  let waitsFor: keyof typeof leftMs = "machine";
  let since = monotonicMs();
  const end = (wasAccepted: boolean): void => {
    clearTimeout(timer);
    resolve(wasAccepted);
  };
  const abandon = (): void => {
    // The prompts are dismissed. The bytes are written before the socket is closed, if the bus still reads.
    socket.write(conversation.abandon());
    socket.close();
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
  const socket = openBusSocket(binding, path, {
    onConnect: () => void (isConnected = true),
    onData(chunk) {
      const bytes = conversation.take(chunk);
      if (bytes.length > 0) socket.write(bytes);
      if (conversation.isOver) {
        socket.close();
        end(true);
      } else {
        restartTimer();
      }
    },
    onEnd(error) {
      if (error === EAGAIN) return abandon();
      if (isConnected) conversation.close();
      end(isConnected);
    },
  });
  socket.write(conversation.begin());
  return promise;
}
