/** Finds the logins that clients find now and would no longer find once docr is configured. */
import { resolve } from "node:path";
import { lookUpInDocker } from "../../client-config/docker.ts";
import { findInHelper, type RunHelper } from "../../client-config/helper-client.ts";
import { dockerConfigPath, pathLabel, podmanAuthPaths } from "../../client-config/paths.ts";
import { podmanSteps } from "../../client-config/podman.ts";
import { type ClientTexts, withEdits } from "../../client-config/texts.ts";
import type { HelperStep, Step } from "../../client-config/types.ts";
import { DOCR } from "../../client-config/uses.ts";
import { parseAddress, REGISTRY_HOST } from "../../core/address.ts";
import { isHelperError } from "../../core/errors.ts";
import { undefinedIfFailed } from "../../credentials/best-effort.ts";
import type { ClientSetup } from "../migrate/clients.ts";
import {
  dockerKeyFor,
  type Finds,
  type FoundLogin,
  loginsInFile,
  podmanQuestionFor,
  type StayingLogin,
} from "../migrate/found-logins.ts";
import type { CompareWithDocr } from "./compare-with-docr.ts";
import { isChange, type PlannedEdit } from "./edit.ts";
import { hasPodman } from "./places.ts";

export interface LostLoginPorts {
  readonly setup: ClientSetup;
  /** docr's fallback helper after configuring. */
  readonly fallback: string | undefined;
  readonly compare: CompareWithDocr;
  readonly runHelper: RunHelper;
}

/** A login in a file. It has a `reason` if no helper can store it. */
type Candidate = FoundLogin | StayingLogin;

const ANOTHER = "docr has another login for it";
const PODMAN_TOO = "podman reads it there too; configure both with --client all";

/** Returns the logins that can move to docr's store (`found`) and those that cannot, with the reason (`staying`). Throws `client-config`. */
export async function findLostLogins(edits: readonly PlannedEdit[], ports: LostLoginPorts): Promise<Finds> {
  const changes = edits.filter(isChange);
  if (changes.length === 0) return { found: [], staying: [] };
  const edited = withEdits(new Map(changes.map(({ file, text }) => [resolve(file.path), text])));
  const lost = createCollector(ports);
  await collectDockers(lost, edited, ports);
  if (hasPodman(ports.setup.machine, ports.setup.files)) {
    // If podman rejects its registries.conf, it finds no login now.
    await undefinedIfFailed(() => collectPodmans(lost, edited, ports));
  }
  return lost.finds();
}

async function collectDockers(lost: Collector, edited: ClientTexts, ports: LostLoginPorts): Promise<void> {
  const { machine, places } = ports.setup;
  const candidates = places.docker === undefined ? [] : candidatesIn(places.docker, ports.setup);
  const keys = new Set([...candidates.map(({ key }) => dockerKeyFor(key)), REGISTRY_HOST]);
  for (const key of keys) {
    // If docker rejects its file, it finds no login now.
    const before = (await undefinedIfFailed(async () => lookUpInDocker(machine, key)))?.step;
    if (before === undefined || isDocr(before)) continue;
    if (!isDocr(lookUpInDocker(machine, key, edited).step)) continue;
    if (before.kind === "helper") {
      // docr passes every request for another registry to its fallback helper.
      const isAskedStill = before.helper === ports.fallback && parseAddress(key).kind === "other";
      if (!isAskedStill) await lost.addFromHelper(before);
    } else {
      const written = candidates.filter((one) => dockerKeyFor(one.key) === key);
      // If the file spells a registry in two ways, the client uses the plain spelling.
      const candidate = written.find((one) => one.key === key) ?? written[0];
      if (candidate) await lost.add(candidate, key, "gone");
    }
  }
}

async function collectPodmans(lost: Collector, edited: ClientTexts, ports: LostLoginPorts): Promise<void> {
  const { machine } = ports.setup;
  for (const path of podmanAuthPaths(machine)) {
    for (const candidate of candidatesIn(path, ports.setup)) {
      const question = podmanQuestionFor(candidate.key);
      const isIt = (step: Step): boolean =>
        step.kind === "file" && step.key === candidate.key && step.source === pathLabel(path, machine);
      const before = [...podmanSteps(machine, question)];
      const after = [...podmanSteps(machine, question, edited)];
      const place = before.findIndex(isIt);
      if (place < 0 || before.slice(0, place).some(isDocr)) continue;
      const docr = after.findIndex(isDocr);
      const next = after.findIndex(isIt);
      if (docr < 0) lost.keepForPodman(candidate);
      else if (next < 0) await lost.add(candidate, question.host, "gone");
      else if (docr < next) await lost.add(candidate, question.host, "behind docr");
    }
  }
  const question = { host: REGISTRY_HOST, repository: undefined };
  const after = [...podmanSteps(machine, question, edited)];
  for (const step of podmanSteps(machine, question)) {
    if (step.kind !== "helper" || isDocr(step)) continue;
    const isAskedStill = after.some((one) => one.kind === "helper" && one.helper === step.helper);
    if (!isAskedStill && after.some(isDocr)) await lost.addFromHelper(step);
  }
}

function isDocr(step: Step | undefined): boolean {
  return step?.kind === "helper" && step.helper === DOCR;
}

/** Returns no logins if the file cannot be read, because the client does not find them now either. */
function candidatesIn(path: string, { machine, files }: ClientSetup): readonly Candidate[] {
  const docker = dockerConfigPath(machine);
  const client = docker !== undefined && resolve(docker) === resolve(path) ? "docker" : "podman";
  try {
    const { found, staying } = loginsInFile(files.open(resolve(path)), client);
    return [...found, ...staying];
  } catch (error) {
    if (isHelperError(error)) return [];
    throw error;
  }
}

function nameOf({ origin, key }: Candidate): string {
  return `${origin.label} ${key}`;
}

type Collector = ReturnType<typeof createCollector>;

function createCollector({ compare, runHelper }: Pick<LostLoginPorts, "compare" | "runHelper">) {
  const found = new Map<string, FoundLogin>();
  const staying = new Map<string, StayingLogin>();
  const podmans = new Set<string>();
  const stay = (login: Candidate, reason: string): void => {
    const { origin, key } = login;
    staying.set(nameOf(login), { origin, key, reason });
  };
  /** `place` tells whether the client still finds the login in the file if docr has none. */
  const add = async (login: Candidate, asked: string, place: "gone" | "behind docr"): Promise<void> => {
    const credential = "credential" in login ? login.credential : undefined;
    const comparison = await compare(asked, credential);
    if (comparison === "same" || (comparison === "none" && place === "behind docr")) return;
    if ("reason" in login) stay(login, login.reason);
    else if (comparison === "another") stay(login, ANOTHER);
    else found.set(nameOf(login), login);
  };
  return {
    add,
    async addFromHelper({ helper, key }: HelperStep): Promise<void> {
      // If the helper fails, the client has no login now.
      const credential = await undefinedIfFailed(() => findInHelper(runHelper, helper, key));
      if (!credential) return;
      const origin = { kind: "helper", name: helper, label: `docker-credential-${helper}` } as const;
      await add({ origin, key, serverUrl: key, credential }, key, "gone");
    },
    /** docr must not move this login: podman finds it in the file and does not ask docr. */
    keepForPodman(login: Candidate): void {
      podmans.add(nameOf(login));
    },
    finds(): Finds {
      for (const [name, login] of found) if (podmans.has(name)) stay(login, PODMAN_TOO);
      const movable = [...found].filter(([name]) => !staying.has(name));
      return { found: movable.map(([, login]) => login), staying: [...staying.values()] };
    },
  };
}
