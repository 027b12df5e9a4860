import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attributesOf, attributesOfAll, labelOf } from "../../../src/secret-service/attributes.ts";
import { Conversation, DISCONNECTED, REJECTED } from "../../../src/secret-service/conversation.ts";
import { DescribePlan } from "../../../src/secret-service/plans/describe-plan.ts";
import { ErasePlan } from "../../../src/secret-service/plans/erase-plan.ts";
import { ListPlan } from "../../../src/secret-service/plans/list-plan.ts";
import { ReadPlan } from "../../../src/secret-service/plans/read-plan.ts";
import type { SearchPlan } from "../../../src/secret-service/plans/search-plan.ts";
import { StorePlan } from "../../../src/secret-service/plans/store-plan.ts";
import { converse, type Cut } from "../../support/fakes/converse.ts";
import { FakeSecretBus } from "../../support/fakes/secret-bus.ts";
import { FakeSecretDaemon } from "../../support/fakes/secret-daemon.ts";

const NAME = "login:ghcr.io";

function daemonWithLogins(): FakeSecretDaemon {
  const daemon = new FakeSecretDaemon();
  const keyring = daemon.add("login");
  daemon.put(keyring, attributesOf(NAME), "first", 1);
  daemon.put(daemon.add("second"), attributesOf(NAME), "second", 2);
  daemon.put(keyring, attributesOf("login:quay.io"), "other");
  return daemon;
}

const plans: Readonly<Record<string, () => SearchPlan>> = {
  read: () => new ReadPlan(attributesOf(NAME), true),
  list: () => new ListPlan(attributesOfAll(), true, () => ""),
  store: () => new StorePlan(attributesOf(NAME), labelOf(NAME), Buffer.from("new"), true, []),
  erase: () => new ErasePlan(attributesOf(NAME), true),
};
const planKind = fc.constantFrom(...Object.keys(plans));
const planOf = (kind: string): SearchPlan => plans[kind]?.() ?? new ReadPlan([], false);

/** What the bus writes during an undisturbed conversation, message by message as far as they were written apart. */
function record(plan: SearchPlan): Buffer[] {
  const heard: Buffer[] = [];
  const recording: Cut = (bytes) => {
    heard.push(bytes);
    return [bytes];
  };
  converse(plan, new FakeSecretBus(daemonWithLogins()), recording);
  return heard;
}

/** The plan after the bus wrote these pieces and closed the connection. */
function hear(kind: string, pieces: readonly Uint8Array[]): SearchPlan {
  const plan = planOf(kind);
  const talk = new Conversation(plan, 1000, false);
  talk.begin();
  for (const piece of pieces) talk.take(piece);
  talk.close();
  expect(talk.isOver).toBe(true);
  return plan;
}

describe("a conversation", () => {
  it("has the same outcome however the socket divides the bytes", () => {
    const sizes = fc.infiniteStream(fc.integer({ min: 1, max: 60 }));
    const property = fc.property(planKind, sizes, (kind, stream) => {
      const whole = planOf(kind);
      converse(whole, new FakeSecretBus(daemonWithLogins()));
      const cut: Cut = (bytes) => {
        const pieces: Buffer[] = [];
        for (let at = 0; at < bytes.length;) {
          const size = stream.next().value;
          pieces.push(bytes.subarray(at, at + size));
          at += size;
        }
        return pieces;
      };
      const divided = planOf(kind);
      converse(divided, new FakeSecretBus(daemonWithLogins()), cut);
      expect(divided.outcome).toEqual(whole.outcome);
    });
    fc.assert(property, { numRuns: 200 });
  });

  it("asks for a property first and waits for the answer, because gnome-keyring can crash otherwise", () => {
    for (const plan of [...Object.values(plans).map((make) => make()), new DescribePlan()]) {
      const daemon = daemonWithLogins();
      const bus = new FakeSecretBus(daemon);
      bus.take(new Conversation(plan, 1000, false).begin());
      expect(daemon.called).toEqual(["Get"]);
    }
  });

  it("asks the bus to start a Secret Service only if that is wanted", () => {
    for (const mayStart of [true, false]) {
      const bus = new FakeSecretBus(undefined);
      bus.take(new Conversation(planOf("read"), 1000, mayStart).begin());
      expect(bus.wasAskedToStart).toBe(mayStart);
    }
  });

  it("ends with 'missing' if the bus rejects this user, or closes the connection", () => {
    for (const words of ["REJECTED EXTERNAL\r\n", "ERROR\r\n", "OX\r\n", "x".repeat(600)]) {
      const plan = planOf("read");
      const talk = new Conversation(plan, 1000, false);
      talk.begin();
      talk.take(Buffer.from(words));
      expect([talk.isOver, plan.outcome.state, plan.outcome.error]).toEqual([true, "missing", REJECTED]);
    }
    // Another user's bus accepts the user id, and closes the connection at the first call.
    for (const words of ["", "OK 0123456789abcdef0123456789abcdef\r\n"]) {
      const plan = planOf("read");
      const talk = new Conversation(plan, 1000, false);
      talk.begin();
      talk.take(Buffer.from(words));
      talk.close();
      expect([talk.isOver, plan.outcome.state]).toEqual([true, "missing"]);
    }
  });

  it("ends with 'failed' if the bus closes the connection after it has accepted this user", () => {
    const [hello = Buffer.alloc(0)] = record(planOf("read"));
    const plan = planOf("read");
    const talk = new Conversation(plan, 1000, false);
    talk.begin();
    talk.take(hello);
    talk.close();
    expect([plan.outcome.state, plan.outcome.error]).toEqual(["failed", DISCONNECTED]);
  });

  it("is 'silent' after its driver gave up, and takes nothing more", () => {
    const plan = planOf("read");
    const talk = new Conversation(plan, 1000, false);
    talk.begin();
    expect(talk.abandon()).toHaveLength(0);
    talk.close();
    expect(talk.take(Buffer.from("OK x\r\n"))).toHaveLength(0);
    expect([talk.isOver, plan.outcome.state, plan.outcome.wasPrompting]).toEqual([true, "silent", false]);
  });

  it("dismisses an open prompt when its driver gives up", () => {
    const daemon = new FakeSecretDaemon();
    daemon.put(daemon.add("login", { isLocked: true, unlocking: "unanswered" }), attributesOf(NAME), "x");
    const plan = planOf("read");
    converse(plan, new FakeSecretBus(daemon));
    expect([plan.outcome.state, plan.outcome.wasPrompting]).toEqual(["silent", true]);
    expect(daemon.called.slice(-2)).toEqual(["Prompt", "Dismiss"]);
  });
});

describe("any bytes from the bus", () => {
  it("never throw and always end in an outcome", () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 6 });
    fc.assert(
      fc.property(planKind, pieces, fc.boolean(), (kind, list, isGreeted) => {
        const plan = hear(kind, isGreeted ? [Buffer.from("OK 0\r\n"), ...list] : list);
        expect(["missing", "failed"]).toContain(plan.outcome.state);
      }),
      { numRuns: 1000 },
    );
  });

  it("never throw if they are almost those of a real conversation", () => {
    const heard = Object.fromEntries(Object.keys(plans).map((kind) => [kind, record(planOf(kind))]));
    const change = fc.record({
      piece: fc.nat(),
      at: fc.nat(),
      how: fc.constantFrom("byte", "number", "cut", "twice", "insert"),
      value: fc.constantFrom(0, 1, 4, 8, 127, 128, 255, 65_535, 0x7fff_ffff, 0xffff_ffff),
    });
    const property = fc.property(
      planKind,
      fc.array(change, { minLength: 1, maxLength: 4 }),
      (kind, changes) => {
        const pieces = (heard[kind] ?? []).map((piece) => Buffer.from(piece));
        for (const { piece, at, how, value } of changes) {
          const index = piece % pieces.length;
          const bytes = pieces[index] ?? Buffer.alloc(0);
          const place = at % Math.max(1, bytes.length - 4);
          if (how === "byte" && bytes.length > 0) bytes[place] = value & 255;
          if (how === "number" && bytes.length > 4) bytes.writeUInt32LE(value, place - (place % 4));
          if (how === "cut") pieces[index] = bytes.subarray(0, place);
          if (how === "twice") pieces[index] = Buffer.concat([bytes, bytes]);
          if (how === "insert") {
            pieces[index] = Buffer.concat([
              bytes.subarray(0, place),
              Buffer.alloc(value % 64, value & 255),
              bytes.subarray(place),
            ]);
          }
        }
        const plan = hear(kind, pieces);
        expect(plan.outcome.text.length).toBeLessThanOrEqual(200);
      },
    );
    fc.assert(property, { numRuns: 3000 });
  });
});
