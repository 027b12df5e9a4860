/**
 * Programs in Go and Python that the suite `engines` runs. scripts/build-engines.ts makes them before the tests, whose namespace has no network, and
 * writes the reason next to the place of a program that it could not make.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const PROJECT = join(import.meta.dirname, "..", "..", "..");

export interface EngineProgram {
  readonly name: string;
  /** A package in a Go module with its version, a folder here with a main package, or a package of Python. */
  readonly source: { readonly installed: string } | { readonly folder: string } | { readonly python: string };
  /** The built program, or the folder of a virtual environment. Its name contains the version, so that a new version is built again. */
  readonly path: string;
}

function installed(name: string, module: string, version: string): EngineProgram {
  return { name, source: { installed: `${module}@${version}` }, path: join(ENGINES, `${name}-${version}`) };
}

export const ENGINES = join(PROJECT, ".cache", "engines");

/** The kubelet's own code for credential providers. go.mod pins its version. */
export const KUBELET: EngineProgram = {
  name: "kubelet",
  source: { folder: join(import.meta.dirname, "kubelet") },
  path: join(ENGINES, "kubelet-1.37.2"),
};
export const CRANE = installed("crane", "github.com/google/go-containerregistry/cmd/crane", "v0.22.1");
export const REGCTL = installed("regctl", "github.com/regclient/regclient/cmd/regctl", "v0.11.7");
export const ORAS = installed("oras", "oras.land/oras/cmd/oras", "v1.3.6");
export const KO = installed("ko", "github.com/google/ko", "v0.19.1");
export const HELM = installed("helm", "helm.sh/helm/v4/cmd/helm", "v4.3.1");

/** Runs GitHub's workflows, here without containers. */
export const ACT = installed("act", "github.com/nektos/act", "v0.2.89");

export const DOCKER_PY: EngineProgram = {
  name: "docker-py",
  source: { python: "docker==7.2.0" },
  path: join(ENGINES, "docker-py-7.2.0"),
};

/** The smaller ones first. */
export const ENGINE_PROGRAMS: readonly EngineProgram[] = [
  DOCKER_PY,
  ACT,
  CRANE,
  REGCTL,
  ORAS,
  KO,
  HELM,
  KUBELET,
];

/** The file with the reason why a program could not be made. */
export function reasonFileOf({ path }: EngineProgram): string {
  return `${path}.reason`;
}

/** Returns why the program cannot be run, or undefined. */
export function explainNoProgram(program: EngineProgram): string | undefined {
  if (existsSync(program.path)) return undefined;
  const file = reasonFileOf(program);
  return existsSync(file)
    ? readFileSync(file, "utf8").trim()
    : `${program.name} was not built: npm test -- --engines`;
}
