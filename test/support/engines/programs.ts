/**
 * Programs in Go and Python that the suite `engines` runs. scripts/build-engines.ts makes them before the tests, whose namespace has no network, and
 * writes the reason next to the place of a program that it could not make.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const PROJECT = join(import.meta.dirname, "..", "..", "..");

/** What scripts/build-engines.ts makes the program from. */
export type EngineSource =
  /** A package in a Go module, with its version. */
  | { readonly installed: string }
  /** A Go module here, and the package that is built in it. "." is the module's own. */
  | { readonly folder: string; readonly package: string }
  /** Files and folders of a published Go module, with the files of a folder here over them. The module's own package is built. */
  | { readonly module: string; readonly kept: readonly string[]; readonly over: string }
  /** What pip installs into a virtual environment. */
  | { readonly python: readonly string[] };

export interface EngineProgram {
  readonly name: string;
  readonly source: EngineSource;
  /** The built program, or the folder of a virtual environment. Its name contains the version, so that a new version is built again. */
  readonly path: string;
}

function fromKubernetes(name: string, packageName: string): EngineProgram {
  return {
    name,
    source: { folder: join(import.meta.dirname, "kubelet"), package: packageName },
    path: join(ENGINES, `${name}-1.37.2`),
  };
}

function installed(name: string, module: string, version: string): EngineProgram {
  return { name, source: { installed: `${module}@${version}` }, path: join(ENGINES, `${name}-${version}`) };
}

export const ENGINES = join(PROJECT, ".cache", "engines");

/** The kubelet's own code for credential providers. kubelet/go.mod pins its version, and those of the next three. */
export const KUBELET = fromKubernetes("kubelet", ".");
/** The whole kubelet. */
export const NODE_KUBELET = fromKubernetes("node-kubelet", "k8s.io/kubernetes/cmd/kubelet");

export const ETCD = fromKubernetes("etcd", "go.etcd.io/etcd/server/v3");
export const KUBE_APISERVER = fromKubernetes("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver");

/** The controller of External Secrets, with one generator and one store. Newer versions are several modules. */
export const EXTERNAL_SECRETS: EngineProgram = {
  name: "external-secrets",
  source: {
    module: "github.com/external-secrets/external-secrets@v0.16.2",
    kept: ["apis", "cmd", "pkg", "config/crds/bases", "main.go", "go.mod", "go.sum"],
    over: join(import.meta.dirname, "external-secrets"),
  },
  path: join(ENGINES, "external-secrets-0.16.2"),
};

/** GitLab Runner's own search for a login. The rest of the runner needs modules that Go's proxy does not serve. */
export const GITLAB_RUNNER: EngineProgram = {
  name: "gitlab-runner",
  source: {
    module: "gitlab.com/gitlab-org/gitlab-runner@v1.11.1-0.20260903214710-fc1f1862bd91",
    kept: ["helpers/docker/auth/auth.go", "helpers/homedir/homedir.go"],
    over: join(import.meta.dirname, "gitlab-runner"),
  },
  path: join(ENGINES, "gitlab-runner-20260903"),
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
  source: { python: ["docker==7.2.0"] },
  path: join(ENGINES, "docker-py-7.2.0"),
};
/** The only release of BinderHub on PyPI, and what its class for registries imports. */
export const BINDERHUB: EngineProgram = {
  name: "binderhub",
  source: { python: ["--no-deps", "binderhub==0.1.0", "tornado==6.6.1"] },
  path: join(ENGINES, "binderhub-0.1.0"),
};

/** The smaller ones first. */
export const ENGINE_PROGRAMS: readonly EngineProgram[] = [
  DOCKER_PY,
  BINDERHUB,
  GITLAB_RUNNER,
  ACT,
  CRANE,
  REGCTL,
  ORAS,
  KO,
  HELM,
  KUBELET,
  NODE_KUBELET,
  ETCD,
  KUBE_APISERVER,
  EXTERNAL_SECRETS,
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
