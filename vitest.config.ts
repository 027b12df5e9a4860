import { defineConfig } from "vitest/config";

/** Tests against real parts: they take ports and processor time, so one file at a time, after the others. */
const REAL_PARTS = ["clients", "conformance", "launcher", "matrix", "system"].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "fast",
          include: ["test/**/*.test.ts"],
          exclude: REAL_PARTS,
          testTimeout: 20_000,
          // Also on two processors, where vitest by itself would take one and run them last.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "real-parts",
          include: REAL_PARTS,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
