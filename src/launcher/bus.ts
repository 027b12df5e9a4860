// Holds a conversation with this user's session bus.
import type { ReadVariable } from "../response-cache/shared/key.ts";
import { busSockets } from "../secret-service/bus-address.ts";
import { Conversation } from "../secret-service/conversation.ts";
import type { ConversationPlan } from "../secret-service/conversation-plan.ts";
import { closeDescriptor, readBytes, userId, waitUntilReadable, waitUntilWritable } from "./libc.ts";
import { uptimeMs } from "./process.ts";
import { connectTo, isOwnSocket, openSocket, sendBytes } from "./socket.ts";

const CHUNK_BYTES = 16_384;

/**
 * Holds the plan's conversation until the deadline, in milliseconds since the machine started. Starts no service. If there is no bus that
 * this user owns, or it does not answer in time, the plan has no result.
 */
export function talkToBus(plan: ConversationPlan, variable: ReadVariable, deadline: number): void {
  const address = variable("DBUS_SESSION_BUS_ADDRESS") ?? "";
  for (const path of busSockets(address, variable("XDG_RUNTIME_DIR") ?? "")) {
    // Abstract sockets have no owner.
    if (!path.startsWith("/") || !isOwnSocket(path)) return;
    const fd = openSocket();
    if (fd < 0) return;
    const isConnected = connectTo(fd, path);
    if (isConnected) hold(new Conversation(plan, userId(), false), fd, deadline);
    closeDescriptor(fd);
    if (isConnected) return;
  }
}

function hold(conversation: Conversation, fd: number, deadline: number): void {
  const chunk = new Uint8Array(CHUNK_BYTES);
  let out = conversation.begin();
  while (!conversation.isOver) {
    if (!sendAll(fd, out, deadline) || !waitUntilReadable(fd, remaining(deadline))) return;
    const length = readBytes(fd, chunk);
    if (length <= 0) return;
    out = conversation.take(chunk.subarray(0, length));
  }
}

function sendAll(fd: number, bytes: Uint8Array, deadline: number): boolean {
  let sent = 0;
  while (sent < bytes.length) {
    if (!waitUntilWritable(fd, remaining(deadline))) return false;
    const count = sendBytes(fd, bytes.subarray(sent));
    if (count <= 0) return false;
    sent += count;
  }
  return true;
}

/** Milliseconds. 0 also if the time is unknown. */
function remaining(deadline: number): number {
  const ms = deadline - uptimeMs();
  return ms > 0 ? ms : 0;
}
