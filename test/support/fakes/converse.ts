import { Conversation } from "../../../src/secret-service/conversation.ts";
import type { ConversationPlan } from "../../../src/secret-service/conversation-plan.ts";
import type { FakeSecretBus } from "./secret-bus.ts";

/** Divides the bus's bytes into the pieces that a socket would deliver. */
export type Cut = (bytes: Buffer) => readonly Uint8Array[];

/** Holds the conversation. If the bus no longer answers, the client's deadline passes at once. */
export function converse(plan: ConversationPlan, bus: FakeSecretBus, cut: Cut = (bytes) => [bytes]): void {
  const talk = new Conversation(plan, 1000, false);
  let out = Buffer.from(talk.begin());
  while (!talk.isOver) {
    const heard = bus.take(out);
    if (heard.length === 0) {
      bus.take(talk.abandon());
      return;
    }
    out = Buffer.concat(cut(heard).map((piece) => talk.take(piece)));
  }
}
