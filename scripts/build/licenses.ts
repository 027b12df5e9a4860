import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { listShippedPackages, type ShippedPackage } from "./shipped-packages.ts";

/** Something in the executables that is not an npm package. */
export interface OtherPart {
  readonly name: string;
  readonly version: string;
  /** The file with its license. */
  readonly license: string;
}

const LICENSE_FILE = /^(?:licen[cs]e|copying|notice)(?:\.(?:md|txt))?$/i;

/**
 * Writes the licenses of docr and of everything in it into one gzip file, and returns its path. The bundles contain no comments, so the
 * licenses' texts have to be shipped. Throws if a part has neither a license file nor an SPDX name.
 */
export function writeLicenses(root: string, work: string, others: readonly OtherPart[]): string {
  const scriptc = join(root, "node_modules/scriptc");
  const { version } = JSON.parse(readFileSync(join(scriptc, "package.json"), "utf8"));
  const parts = [
    { title: "docker-credential-docr", text: readFileSync(join(root, "LICENSE"), "utf8") },
    ...listShippedPackages(root).map((one) => ({
      title: `${one.name} ${one.version}`,
      text: licenseOf(one),
    })),
    {
      title: `scriptc ${version} (its runtime is part of the launcher)`,
      text: readFileSync(join(scriptc, "LICENSE"), "utf8"),
    },
    ...others.map(({ name, version: other, license }) => ({
      title: `${name} ${other}`,
      text: readFileSync(license, "utf8"),
    })),
  ];
  const line = "=".repeat(78);
  const text = parts.map((part) => `${line}\n${part.title}\n${line}\n\n${part.text.trim()}\n`).join("\n");
  const path = join(work, "licenses.txt.gz");
  writeFileSync(path, gzipSync(text, { level: 9 }));
  return path;
}

/** The text of the package's license. Some packages only name it. */
function licenseOf({ name, license, folder }: ShippedPackage): string {
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => LICENSE_FILE.test(file)) : [];
  if (files.length > 0)
    return files.map((file) => readFileSync(join(folder, file), "utf8").trim()).join("\n\n");
  const { author, repository } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const holder = typeof author === "string" ? author : (author?.name ?? name);
  return `Copyright (c) ${holder}\nLicense: ${license} (https://spdx.org/licenses/${license}.html)\n${repository?.url ?? ""}`.trim();
}
