/** Inputs that once violated an invariant of `npm run fuzz`. The fuzzer prints them in this form. */
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TARGETS } from "../../scripts/fuzz/parsers/targets.ts";
import { violationOf } from "../../scripts/fuzz/parsers/target.ts";
import { checkScenario } from "../../scripts/fuzz/programs/check-scenario.ts";
import { isScenario } from "../../scripts/fuzz/programs/scenario.ts";
import { createWorld } from "../../scripts/fuzz/programs/world.ts";
import type { CorpusEntry } from "../../scripts/fuzz/report.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoLauncher } from "../support/lab/executable.ts";
import { explainNoNamespace, findLabFolder } from "../support/lab/namespace.ts";

const CORPUS = join(import.meta.dirname, "corpus");

const entries = readdirSync(CORPUS).flatMap((name): readonly CorpusEntry[] =>
  JSON.parse(readFileSync(join(CORPUS, name), "utf8")),
);
const scenarios = entries.flatMap(({ target, input }) =>
  target === "programs" && isScenario(input) ? [input] : [],
);
const texts = entries.filter(({ target }) => target !== "programs");

describe("an input that once failed", () => {
  it("names a parser that is still fuzzed", () => {
    const names = new Set(TARGETS.map(({ name }) => name));
    expect(texts.filter(({ target }) => !names.has(target))).toEqual([]);
    expect(scenarios.length + texts.length).toBe(entries.length);
  });

  it.each(texts)("is parsed, or rejected with a code: $target $input", ({ target, input }) => {
    const found = TARGETS.find(({ name }) => name === target);
    expect(found && violationOf(found, String(input))).toBe(undefined);
  });
});

const reason =
  explainNoLauncher() ??
  (findLabFolder() === undefined
    ? (explainNoNamespace() ?? "needs the private namespace that npm test makes")
    : undefined);

describeUnless(reason, "surroundings that once made a request fail", () => {
  it.each(scenarios.map((scenario) => ({ scenario, title: JSON.stringify(scenario).slice(0, 120) })))(
    "violate no invariant: $title",
    async ({ scenario }) => {
      const world = await createWorld(mkdtempSync(join(tmpdir(), "docr-fz-")));
      try {
        expect((await checkScenario(world, scenario, true)).violations).toEqual([]);
      } finally {
        await world.close();
      }
    },
  );
});
