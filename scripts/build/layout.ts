import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { LOADER } from "../../src/response-cache/shared/loader.ts";
import { type Product, runProduct } from "./product.ts";
import type { Target } from "./targets.ts";

/** The libraries of Node on a system with musl, where docr brings its own glibc. */
const GLIBC_FILES = [
  "libc.so.6",
  "libm.so.6",
  "libdl.so.2",
  "libpthread.so.0",
  "libstdc++.so.6",
  "libgcc_s.so.1",
];
/** The only library that small systems with glibc lack. */
const ATOMIC = "libatomic.so.1";

const SHELLS: Readonly<Record<string, string>> = {
  bash: "share/bash-completion/completions/docr",
  zsh: "share/zsh/site-functions/_docr",
  fish: "share/fish/vendor_completions.d/docr.fish",
};

/**
 * Writes the product as it is installed below a prefix such as /usr/local: `bin`, `lib/docr` and `share`. On a system with musl, both
 * names in `bin` are the launcher, which starts docr with the loader in `lib/docr`.
 */
export function layOut(product: Product, target: Target, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  const put = (from: string, to: string, mode: number): void => {
    const path = join(folder, to);
    mkdirSync(dirname(path), { recursive: true });
    copyFileSync(from, path);
    chmodSync(path, mode);
  };
  const library = (name: string): void =>
    put(findLibrary(product.libraries.root, name), `lib/docr/${name}`, 0o644);
  put(product.launcher, "bin/docker-credential-docr", 0o755);
  library(ATOMIC);
  if (target.libc === "musl") {
    put(product.launcher, "bin/docr", 0o755);
    put(product.docr, "lib/docr/docr", 0o755);
    for (const name of GLIBC_FILES) library(name);
    put(findLibrary(product.libraries.root, target.loader), `lib/docr/${LOADER}`, 0o755);
  } else {
    put(product.docr, "bin/docr", 0o755);
  }
  const text = (content: string, to: string): void => {
    const path = join(folder, to);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content, { mode: 0o644 });
  };
  text(runProduct(product.run, ["man"]), "share/man/man1/docr.1");
  for (const [shell, path] of Object.entries(SHELLS))
    text(runProduct(product.run, ["completion", shell]), path);
}

/** Where Debian's packages put libraries, below their root. */
const LIBRARY_FOLDERS = ["lib", "usr/lib"].flatMap((folder) =>
  ["x86_64-linux-gnu", "aarch64-linux-gnu"].map((machine) => `${folder}/${machine}`),
);

function findLibrary(root: string, name: string): string {
  const found = LIBRARY_FOLDERS.map((folder) => join(root, folder, name)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`Debian's packages do not contain ${name}`);
  return found;
}
