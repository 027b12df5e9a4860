import { defineConfig } from "vitest/config";

/** They bind the real names' addresses in the private namespace, measure time, or keep both processors busy. */
const ALONE = [
  "test/clients/**/*.test.ts",
  "test/launcher/{differential,fuzz,lock}.test.ts",
  "test/system/{commands-account,commands-doctor,keychain-crowd,one-mint,other-registry}.test.ts",
];

/** The pauses of real parts, with room for a busy machine. */
const LONG = { testTimeout: 120_000, hookTimeout: 120_000 };

/** Three projects, one after another. `npm run check` runs the first. */
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
          exclude: ["test/unit/**", ...ALONE],
          ...LONG,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "alone",
          include: ALONE,
          ...LONG,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
