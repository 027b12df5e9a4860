import { utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { onMachine } from "../support/fakes/test-machine.ts";
import { CLEAN_FAILURE, summarizeFailure } from "../support/failure.ts";
import { backdate, listFiles } from "../support/private-folder.ts";
import { ALWAYS } from "../support/requests.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

describe("a credential that lives for an hour", () => {
  it.concurrent.each([
    [23, "is answered, and docr does not refresh it", 1, 0],
    [31, "is answered, and a background process refreshes it", 1, 1],
    [44, "is answered, and a background process refreshes it", 1, 1],
    [46, "is replaced while the client waits", 2, 1],
  ])("after %i minutes %s", async (minutes, _meaning, answered, mints) => {
    await onMachine(async (machine) => {
      await machine.get();
      machine.standIn.reset();
      machine.pass(minutes * MINUTE_MS);
      const outcome = await machine.get();
      await machine.settle();
      expect(outcome).toMatchObject({ code: 0, stderr: "" });
      expect([machine.idOf(outcome), machine.standIn.count("mint")]).toEqual([answered, mints]);
    })();
  });
});

describe("a credential that lives for two minutes", () => {
  it.concurrent(
    "is replaced in its second half while the client waits",
    onMachine(async (machine) => {
      const env = { DOCR_TTL: "120" };
      await machine.get(env);
      // Before 48 s, the earliest time at which docr refreshes it in the background.
      machine.pass(45_000);
      expect(machine.idOf(await machine.get(env))).toBe(1);
      await machine.settle();
      expect(machine.standIn.count("mint")).toBe(1);
      machine.pass(20_000);
      expect(machine.idOf(await machine.get(env))).toBe(2);
    }),
  );
});

describe("a refresh that fails", () => {
  it.concurrent(
    "prints nothing, and the next one comes half a minute later",
    onMachine(async (machine) => {
      const { privateFolder, standIn } = machine;
      await machine.get();
      // The time of the last attempt is a file's own.
      backdate(privateFolder, 31);
      standIn.reset();
      standIn.faults.add({ kind: "answer", path: "/*", status: 400, times: ALWAYS });
      const countAfterFourGets = async (): Promise<number> => {
        for (let round = 0; round < 4; round += 1) {
          expect(await machine.get()).toMatchObject({ code: 0, stderr: "" });
        }
        await machine.settle();
        return standIn.count();
      };
      expect(await countAfterFourGets()).toBe(1);
      for (const name of listFiles(privateFolder, "renewal-")) {
        const then = new Date(Date.now() - 31_000);
        utimesSync(join(privateFolder, name), then, then);
      }
      expect(await countAfterFourGets()).toBe(2);
    }),
  );
});

describe("a wall clock that the user sets", () => {
  it.concurrent.each([
    ["forward by a day, as after a sleep of a day,", DAY_MS],
    ["forward by an hour", HOUR_MS],
    ["back by a year", -365 * DAY_MS],
    ["back by an hour", -HOUR_MS],
  ])("%s costs a mint, not a failure", async (_title, offsetMs) => {
    await onMachine(async (machine) => {
      await machine.get();
      machine.setWallBy(offsetMs);
      const outcome = await machine.get();
      expect(outcome).toMatchObject({ code: 0, stderr: "" });
      expect(machine.idOf(outcome)).toBe(2);
      // By the new time, the new credential is fresh.
      expect(machine.idOf(await machine.get())).toBe(2);
      expect(machine.standIn.count("mint")).toBe(2);
    })();
  });

  it.concurrent.each([
    ["forward by a day", DAY_MS],
    ["back by a year", -365 * DAY_MS],
  ])(
    "%s makes the credential's age unknown: without the API, docr fails and does not return it",
    async (_title, offsetMs) => {
      await onMachine(async (machine) => {
        await machine.get();
        await machine.standIn.close();
        machine.setWallBy(offsetMs);
        expect(summarizeFailure(await machine.get())).toEqual(CLEAN_FAILURE);
      })();
    },
  );

  it.concurrent(
    "by 20 seconds changes nothing",
    onMachine(async (machine) => {
      await machine.get();
      machine.setWallBy(-20_000);
      expect(machine.idOf(await machine.get())).toBe(1);
      machine.setWallBy(40_000);
      expect(machine.idOf(await machine.get())).toBe(1);
      expect(machine.standIn.count("mint")).toBe(1);
    }),
  );
});
