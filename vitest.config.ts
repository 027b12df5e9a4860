import { defineConfig } from "vitest/config";
import { SUITES } from "./scripts/suites.ts";
import { findPrivateNode } from "./test/support/lab/namespace.ts";

/** These measure time, or keep both processors busy. */
const ALONE = ["test/launcher/{differential,lock}.test.ts", "test/system/{many-processes,one-mint}.test.ts"];

/** Real parts are slow on a busy machine. */
const PATIENT = { testTimeout: 120_000, hookTimeout: 120_000 };

// vitest forks its workers from here.
process.execPath = findPrivateNode() ?? process.execPath;

/** Three projects, one after another, and one for each suite. `npm run check` runs the first. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          testTimeout: 20_000,
          // No file keeps state. A worker for each file would take three times as long.
          isolate: false,
          // On two processors too, where vitest's own choice is one worker.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "system",
          include: ["test/**/*.test.ts"],
          exclude: ["test/unit/**", ...SUITES.map(({ name }) => `test/${name}/**`), ...ALONE],
          ...PATIENT,
          // Most of their time is waiting. Two workers would leave half of two processors idle.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "alone",
          include: ALONE,
          ...PATIENT,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      ...SUITES.map(({ name, maxWorkers }) => ({
        test: {
          name,
          include: [`test/${name}/**/*.test.ts`],
          testTimeout: 600_000,
          hookTimeout: 900_000,
          maxWorkers,
          sequence: { groupOrder: 3 },
        },
      })),
    ],
  },
});
