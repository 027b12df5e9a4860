import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { tetherTo } from "../../../../src/app/process/tether.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docr-tether-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string, bytes: number): void => {
  writeFileSync(join(folder, name), "");
  truncateSync(join(folder, name), bytes);
};
const tether = (platform = "linux"): readonly string[] =>
  tetherTo(42, join(folder, "docker-credential-docr"), platform);

it("a program is started through the launcher, which gets docr's process id", () => {
  put("docker-credential-docr", 200_000);
  expect(tether()).toEqual([join(folder, "docker-credential-docr"), "--ends-with", "42"]);
});

it("without a launcher, a program is started as usual", () => {
  expect(tether()).toEqual([]);
  // docr itself, under docker's name.
  put("docker-credential-docr", 100_000_000);
  expect(tether()).toEqual([]);
  put("docker-credential-docr", 200_000);
  expect(tether("darwin")).toEqual([]);
});
