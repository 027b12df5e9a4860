/**
 * What a fleet with one API token asks of DigitalOcean's API, in virtual time. A model, not a measurement: no process, no network, and
 * the same random numbers each time.
 */
import { createRateLimit, REAL_LIMITS } from "../../../test/support/fakes/rate-limit.ts";
import { createAgenda } from "./agenda.ts";
import type { Policy } from "./policies.ts";

export interface Fleet {
  readonly machines: number;
  readonly pullsAnHour: number;
  /** Images that each machine pulls in its first seconds. All machines start together. */
  readonly imagesAtStart: number;
  readonly hours: number;
}

export interface Usage {
  readonly callsAnHour: number;
  /** The part of them that DigitalOcean refuses. */
  readonly refusedAnHour: number;
  readonly failedPulls: number;
  readonly pulls: number;
  /** When the last machine has pulled its first image, in seconds. Undefined if some never did. */
  readonly readyS: number | undefined;
}

const START_S = 5;
const CALL_S = 0.05;
/** A kubelet repeats a failed pull after 10 s, then after twice the time, at most after 5 min. A job fails instead. */
const FIRST_RETRY_S = 10;
const LAST_RETRY_S = 300;
const HOUR_S = 3600;
const SEED = 7;

interface Machine {
  servesUntilS: number;
  refusedUntilS: number;
  /** The requests that wait for the same credential. */
  waiting: ((nowS: number, isGood: boolean) => void)[] | undefined;
}

const newMachine = (): Machine => ({ servesUntilS: -1, refusedUntilS: -1, waiting: undefined });

export function modelFleet(fleet: Fleet, policy: Policy): Usage {
  const endS = fleet.hours * HOUR_S;
  const agenda = createAgenda(endS);
  const limit = createRateLimit(REAL_LIMITS);
  const random = createRandom(SEED);
  let calls = 0;
  let refused = 0;
  let pulls = 0;
  let failedPulls = 0;
  const readyAt = new Map<number, number>();

  /** Sends the calls for one credential, as long as the request's patience lasts. */
  const mint = (machine: Machine, beganS: number, done: (nowS: number, isGood: boolean) => void): void => {
    const call = (nowS: number, left: number): void => {
      calls += 1;
      const grant = limit(nowS);
      if (grant.kind === "granted") {
        if (left > 1) agenda.plan(nowS + CALL_S, (laterS) => call(laterS, left - 1));
        else agenda.plan(nowS + CALL_S, (laterS) => done(laterS, true));
        return;
      }
      refused += 1;
      // As in http/retry.ts.
      const pauseS = Math.ceil(grant.endsInS) * (1 + random() / 2);
      if (nowS + pauseS - beganS < policy.patienceS)
        agenda.plan(nowS + pauseS, (laterS) => call(laterS, left));
      else {
        machine.refusedUntilS = nowS + Math.min(pauseS, HOUR_S);
        done(nowS, false);
      }
    };
    call(beganS, policy.calls);
  };

  const getCredential = (
    machine: Machine,
    nowS: number,
    end: (nowS: number, isGood: boolean) => void,
  ): void => {
    if (nowS < machine.servesUntilS) return end(nowS, true);
    if (policy.remembersRefusals && nowS < machine.refusedUntilS) return end(nowS, false);
    if (!policy.isShared) return mint(machine, nowS, end);
    if (machine.waiting) return void machine.waiting.push(end);
    machine.waiting = [end];
    mint(machine, nowS, (laterS, isGood) => {
      if (isGood) machine.servesUntilS = laterS + policy.servesS(random());
      const waiting = machine.waiting ?? [];
      machine.waiting = undefined;
      for (const each of waiting) each(laterS, isGood);
    });
  };

  const pull = (id: number, machine: Machine, nowS: number, failures: number): void =>
    getCredential(machine, nowS, (laterS, isGood) => {
      if (isGood) {
        pulls += 1;
        if (!readyAt.has(id)) readyAt.set(id, laterS);
        return;
      }
      failedPulls += 1;
      if (policy.isNewMachine) return;
      const pauseS = Math.min(LAST_RETRY_S, FIRST_RETRY_S * 2 ** failures) * (0.9 + 0.2 * random());
      agenda.plan(laterS + pauseS, (retryS) => pull(id, machine, retryS, failures + 1));
    });

  for (let id = 0; id < fleet.machines; id += 1) {
    const stays = newMachine();
    for (let index = 0; index < fleet.pullsAnHour * fleet.hours; index += 1) {
      const machine = policy.isNewMachine ? newMachine() : stays;
      const atS = index < fleet.imagesAtStart ? random() * START_S : random() * endS;
      agenda.plan(atS, (nowS) => pull(id, machine, nowS, 0));
    }
  }
  agenda.run();
  return {
    callsAnHour: Math.round(calls / fleet.hours),
    refusedAnHour: Math.round(refused / fleet.hours),
    failedPulls,
    pulls,
    readyS: readyAt.size === fleet.machines ? Math.round(Math.max(...readyAt.values())) : undefined,
  };
}

/** Returns numbers from 0 to below 1 (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = Math.trunc(state + 0x6d2b79f5);
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
