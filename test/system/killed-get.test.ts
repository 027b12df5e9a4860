import { rmSync } from "node:fs";
import { expect, it } from "vitest";
import { isLive } from "../support/fakes/digitalocean-account.ts";
import { onMachine, type TestMachine } from "../support/fakes/test-machine.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR, explainNoExecutable } from "../support/lab/executable.ts";
import { explainMissing, SYSTEM_PATH } from "../support/lab/parts.ts";
import { backdate, listFiles } from "../support/private-folder.ts";
import { HOST } from "../support/requests.ts";
import { type Command, recordOperations, runUntil } from "./strace.ts";

/** The executable is killed. What it left is read in process. */
const getBy = ({ env }: TestMachine): Command => ({
  args: [DOCR, "get"],
  env: { ...env, PATH: SYSTEM_PATH },
  stdin: HOST,
});

const valid = ({ standIn }: TestMachine): readonly number[] =>
  standIn.account.minted.filter((minted) => isLive(minted)).map(({ id }) => id);

describeUnless(
  explainNoExecutable() ?? explainMissing(["strace"]),
  "a get that SIGKILL ends at any of its file operations",
  () => {
    it.concurrent(
      "leaves at most one more credential, no unfinished file, and a next get that works",
      onMachine(async (machine) => {
        const { privateFolder, standIn } = machine;
        const { minted } = standIn.account;
        const operations = await recordOperations(getBy(machine), [privateFolder], machine.folder);
        const names = new Set(operations.map(({ name }) => name));
        for (const name of ["openat", "write", "rename"]) expect(names).toContain(name);
        let killed = 0;
        for (const operation of operations) {
          rmSync(privateFolder, { recursive: true, force: true });
          const before = minted.length;
          if ((await runUntil(getBy(machine), operation)).signal === "SIGKILL") killed += 1;
          const outcome = await machine.get();
          expect([operation.text, outcome.code, outcome.stderr]).toEqual([operation.text, 0, ""]);
          expect(minted.length - before).toBeLessThanOrEqual(2);
          // The credential is cached: the next get mints nothing.
          const count = minted.length;
          expect(machine.idOf(await machine.get())).toBe(machine.idOf(outcome));
          expect(minted.length).toBe(count);
          // The next mint removes what the killed process left.
          backdate(privateFolder, 50);
          await machine.get();
          expect([operation.text, listFiles(privateFolder, ".new-")]).toEqual([operation.text, []]);
        }
        expect(killed).toBeGreaterThan(operations.length / 2);
      }),
    );

    it.concurrent(
      "loses no credential that it was replacing: docr can still revoke it",
      onMachine(async (machine) => {
        const { privateFolder, standIn } = machine;
        const mintExpiring = async (): Promise<void> => {
          await machine.get();
          backdate(privateFolder, 50);
        };
        await mintExpiring();
        const operations = await recordOperations(getBy(machine), [privateFolder], machine.folder);
        for (const operation of operations) {
          await machine.docr("erase", { stdin: HOST });
          await mintExpiring();
          const [before] = valid(machine).slice(-1);
          await runUntil(getBy(machine), operation);
          expect((await machine.get()).code).toBe(0);
          await machine.docr("erase", { stdin: HOST });
          // docr knows the old one in every state. At most, the new one is lost.
          expect([operation.text, valid(machine).includes(before ?? 0)]).toEqual([operation.text, false]);
          expect(valid(machine).length).toBeLessThanOrEqual(1);
          for (const minted of standIn.account.minted) minted.revoked = true;
        }
      }),
    );
  },
);
