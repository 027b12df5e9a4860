/** The Secret Service client, which launcher and docr share, and a bus that says anything. */
import { attributesOf, attributesOfAll, labelOf } from "../../../src/secret-service/attributes.ts";
import { busSockets } from "../../../src/secret-service/bus-address.ts";
import { Conversation } from "../../../src/secret-service/conversation.ts";
import { ErasePlan } from "../../../src/secret-service/plans/erase-plan.ts";
import { ListPlan } from "../../../src/secret-service/plans/list-plan.ts";
import { ReadPlan } from "../../../src/secret-service/plans/read-plan.ts";
import type { SearchPlan } from "../../../src/secret-service/plans/search-plan.ts";
import { StorePlan } from "../../../src/secret-service/plans/store-plan.ts";
import { decodeMessage, sizeOfMessage } from "../../../src/secret-service/wire/message.ts";
import { converse } from "../../../test/support/fakes/converse.ts";
import { FakeSecretBus } from "../../../test/support/fakes/secret-bus.ts";
import { FakeSecretDaemon } from "../../../test/support/fakes/secret-daemon.ts";
import { bytesOf, CANARY, parser, type Target } from "./target.ts";

const NAME = "login:ghcr.io";

const PLANS: Readonly<Record<string, () => SearchPlan>> = {
  r: () => new ReadPlan(attributesOf(NAME), true),
  l: () => new ListPlan(attributesOfAll(), true, () => ""),
  s: () => new StorePlan(attributesOf(NAME), labelOf(NAME), Buffer.from("new"), true, []),
  e: () => new ErasePlan(attributesOf(NAME), true),
};

function createDaemon(): FakeSecretDaemon {
  const daemon = new FakeSecretDaemon();
  const keyring = daemon.add("login");
  daemon.put(keyring, attributesOf(NAME), CANARY, 1);
  daemon.put(daemon.add("second"), attributesOf(NAME), "second", 2);
  daemon.put(daemon.add("locked", { isLocked: true }), attributesOf("login:quay.io"), "other");
  return daemon;
}

/** What the bus says in an undisturbed conversation, after the plan's letter. */
function recordOf(letter: string, plan: SearchPlan): string {
  const heard: Buffer[] = [];
  converse(plan, new FakeSecretBus(createDaemon()), (bytes) => {
    heard.push(bytes);
    return [bytes];
  });
  return letter + Buffer.concat(heard).toString("latin1");
}

const RECORDS = Object.entries(PLANS).map(([letter, plan]) => recordOf(letter, plan()));

/** More bytes than docr may send in one conversation. Otherwise the bus could make it talk forever. */
const MOST_SENT = 1_000_000;

export const SECRET_SERVICE_TARGETS: readonly Target[] = [
  {
    name: "conversation",
    examples: RECORDS,
    check(text) {
      const plan = PLANS[text.charAt(0)]?.() ?? new ReadPlan(attributesOf(NAME), false);
      const talk = new Conversation(plan, 1000, false);
      let sent = talk.begin().length;
      const bytes = bytesOf(text.slice(1));
      // A byte decides where the socket cuts.
      const piece = 1 + ((bytes[0] ?? 0) % 97) * 8;
      for (let at = 0; at < bytes.length && !talk.isOver; at += piece)
        sent += talk.take(bytes.subarray(at, at + piece)).length;
      talk.abandon();
      return sent > MOST_SENT ? `sends ${sent} bytes` : undefined;
    },
  },
  {
    name: "decodeMessage",
    examples: RECORDS.map((record) => record.slice(record.indexOf("\n") + 1)),
    check(text) {
      const bytes = bytesOf(text);
      const size = sizeOfMessage(bytes, 0, bytes.length);
      if (size > 0 && size <= bytes.length) decodeMessage(bytes, 0, size);
      return undefined;
    },
  },
  parser(
    "busSockets",
    ["unix:path=/run/user/1000/bus", "unix:abstract=/x%2f;tcp:host=a", "disabled:"],
    (text) => busSockets(text, "/run/user/1000"),
  ),
];
