import { createRequire } from "node:module";
import { expect, it } from "vitest";

const load = createRequire(import.meta.url);

interface Constants {
  readonly wellknownHeaderNames: readonly string[];
}

interface Tree {
  readonly tree: { readonly lookup: (name: Uint8Array) => string | undefined };
}

it("undici's tree of header names, which the build leaves out, only lower-cases names", () => {
  const { wellknownHeaderNames }: Constants = load("undici/lib/core/constants.js");
  const { tree }: Tree = load("undici/lib/core/tree.js");
  const found = wellknownHeaderNames.map((name) => tree.lookup(Buffer.from(name)));
  expect(found).toEqual(wellknownHeaderNames.map((name) => name.toLowerCase()));
  expect(found.length).toBeGreaterThan(50);
});
