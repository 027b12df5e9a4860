/**
 * Makes every package of a release from one commit, in dist/release. The bytes depend only on the commit, on the Node and Debian packages
 * that it is built with, and on V8's code caches: `--caches FOLDER` uses those of another build, which the release contains.
 *
 * Usage: npm run release -- [--key MINISIGN-SECRET-KEY --public-key MINISIGN-PUBLIC-KEY] [--url ADDRESS] [--caches FOLDER] [--level 0-9] [--dirty]
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildTargets } from "./build/build-targets.ts";
import type { Product } from "./build/product.ts";
import { TARGETS } from "./build/targets.ts";
import { packArchive } from "./release/archive.ts";
import { listBundledParts } from "./release/bundled-parts.ts";
import { signChecksums, SUMS, writeChecksums } from "./release/checksums.ts";
import { packDeb } from "./release/deb.ts";
import { type ReleaseFacts, readFacts } from "./release/facts.ts";
import { packImage } from "./release/image.ts";
import { packMain, packPlatform } from "./release/npm.ts";
import { packRpm } from "./release/rpm.ts";
import { createBom } from "./release/sbom.ts";
import { PROJECT } from "./steps.ts";

const { values } = parseArgs({
  options: {
    key: { type: "string" },
    "public-key": { type: "string" },
    url: { type: "string", default: "" },
    caches: { type: "string" },
    level: { type: "string", default: "9" },
    dirty: { type: "boolean", default: false },
  },
});
const output = join(PROJECT, "dist", "release");
const work = join(PROJECT, ".cache", "release");

await release();

async function release(): Promise<void> {
  if ((values.key === undefined) !== (values["public-key"] === undefined)) {
    throw new Error("--key and --public-key belong together: install.sh contains the public key");
  }
  const facts = readFacts(PROJECT, values.dirty);
  const options = { epoch: facts.epoch, level: Number(values.level) };
  for (const folder of [output, work]) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }
  const products = await buildTargets(PROJECT, "all", values.caches && resolve(values.caches));
  const [first] = products.values();
  if (first === undefined) throw new Error("there are no targets");
  const bom = createBom(PROJECT, facts, listBundledParts(PROJECT, first.libraries));
  writeFileSync(join(output, "docr.cdx.json"), bom);
  for (const target of TARGETS) {
    const product = join(PROJECT, "dist", "targets", target.name);
    addDocuments(product, bom, facts);
    const archive = `${facts.name}-${facts.version}-${target.name}`;
    packArchive(product, archive, join(output, `${archive}.tar.xz`), { ...options, arch: target.arch });
    packPlatform(product, target, facts, work, output);
    if (target.libc === "glibc") packDeb(product, target, facts, work, output, options);
    if (target.name === "linux-x64") packRpm(product, facts, work, output, options.level);
    if (target.name === "linux-musl-x64") packImage(product, facts, work, output);
    console.log(`packed ${target.name}`);
  }
  packMain(TARGETS, join(PROJECT, "dist/targets/linux-x64"), facts, work, output);
  packCaches(products, facts, options);
  if (values["public-key"] !== undefined) writeInstaller(values["public-key"], facts);
  await writeChecksums(output);
  if (values.key === undefined) {
    console.log("not signed, and without install.sh: --key and --public-key name minisign's keys");
  } else {
    signChecksums(output, values.key, `${facts.name} ${facts.version} ${facts.commit}`);
  }
  process.stdout.write(readFileSync(join(output, SUMS)));
}

/** Adds the files that a package must have in addition to the programs. */
function addDocuments(product: string, bom: string, { copyright, name }: ReleaseFacts): void {
  const folder = join(product, "share/doc", name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "LICENSE"), copyright);
  writeFileSync(join(folder, "docr.cdx.json"), bom);
}

/** Publishes V8's code caches, one folder for each processor, because no two builds make exactly the same ones. */
function packCaches(
  products: ReadonlyMap<string, Product>,
  facts: ReleaseFacts,
  options: Parameters<typeof packArchive>[3],
): void {
  const folder = join(work, "caches");
  for (const target of TARGETS.filter(({ libc }) => libc === "glibc")) {
    const from = products.get(target.name)?.caches ?? "";
    cpSync(from, join(folder, target.arch), {
      recursive: true,
      filter: (path) => path === from || path.endsWith(".cache"),
    });
  }
  const name = `${facts.name}-${facts.version}-code-caches`;
  packArchive(folder, name, join(output, `${name}.tar.xz`), options);
}

function writeInstaller(publicKey: string, { version }: ReleaseFacts): void {
  const key = readFileSync(publicKey, "utf8").trim().split("\n").at(-1) ?? "";
  const text = readFileSync(join(PROJECT, "scripts/release/install.sh"), "utf8")
    .replaceAll("@VERSION@", version)
    .replaceAll("@URL@", values.url)
    .replaceAll("@KEY@", key);
  writeFileSync(join(output, "install.sh"), text, { mode: 0o755 });
}
