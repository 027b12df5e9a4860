import { readdirSync, statSync } from "node:fs";
import { REGISTRY_HOST } from "../../core/address.ts";
import { matchesImage } from "../../kubelet/image-match.ts";
import type { ConfigProblem } from "../../kubelet/config-problem.ts";
import { findDuplicates, parseProviderConfig, type ProviderConfig } from "../../kubelet/provider-config.ts";
import { readRegularFile } from "../../system/regular-file.ts";
import { fail, type Finding, pass, warn } from "../doctor/finding.ts";

export interface ConfiguredProviders {
  readonly providers: readonly ProviderConfig[];
  readonly binDir: string;
}

/** Stands for every image of DigitalOcean's registry. No registry has this name. */
const SAMPLE_IMAGE = `${REGISTRY_HOST}/registry/repository`;

/** A configuration with every known provider is far smaller. */
const LARGEST_KIB = 1024;
const NAME_THE_FILE = "name the file that the kubelet's flag names";

/** Reads the file, or every file of the directory that the kubelet would read. */
export function checkConfig(path: string): Pick<ConfiguredProviders, "providers"> & {
  readonly findings: readonly Finding[];
} {
  const providers: ProviderConfig[] = [];
  const findings: Finding[] = [];
  for (const file of listFiles(path)) {
    const read = readRegularFile(file, { limitKib: LARGEST_KIB });
    if (read.kind !== "content") {
      const reason = read.kind === "absent" ? "it does not exist" : read.reason;
      findings.push(fail("configuration", `${file} cannot be read: ${reason}`, NAME_THE_FILE));
      continue;
    }
    const parsed = parseProviderConfig(read.bytes.toString("utf8"));
    providers.push(...parsed.providers);
    findings.push(...parsed.problems.map((problem) => findingOf(problem, file)));
  }
  findings.push(...findDuplicates(providers).map((problem) => findingOf(problem, path)));
  if (findings.length === 0) findings.push(pass("configuration", `${path} is valid`));
  const isAsked = providers.some(({ matchImages }) =>
    matchImages.some(
      (pattern) => matchesImage(pattern, SAMPLE_IMAGE) || pattern.startsWith(`${REGISTRY_HOST}/`),
    ),
  );
  if (!isAsked) {
    const what = `no pattern matches images of ${REGISTRY_HOST}`;
    findings.push(fail("configuration", what, `list ${REGISTRY_HOST} in matchImages`));
  }
  return { providers, findings };
}

/** The file itself, or the files of the directory in the kubelet's order. */
function listFiles(path: string): readonly string[] {
  if (!isDirectory(path)) return [path];
  const names = readdirSync(path, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && /\.(?:json|ya?ml)$/.test(entry.name))
    .map(({ name }) => `${path}/${name}`);
  return names.toSorted();
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    // The caller reads the path as a file and reports why it cannot.
    return false;
  }
}

function findingOf({ severity, what, next }: ConfigProblem, file: string): Finding {
  const text = `${file}: ${what}`;
  return severity === "error" ? fail("configuration", text, next) : warn("configuration", text, next);
}
