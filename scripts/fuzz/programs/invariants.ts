/** What must hold after every request. */
import { parseAddress, REGISTRY_HOST } from "../../../src/core/address.ts";
import { isHelperError } from "../../../src/core/errors.ts";
import { NOT_FOUND } from "../../../src/core/not-found.ts";
import { isAction } from "../../../src/protocol/messages.ts";
import { parseServerUrl, parseStoreRequest } from "../../../src/protocol/requests.ts";
import type { Run } from "./observe.ts";
import type { Scenario } from "./scenario.ts";
import { TOKEN } from "./world.ts";

const DEADLINE_MS = 32_000;
/** Texts that no output but the response itself may contain. */
const CANARIES = [TOKEN, "canary-password", "canary-stored", "c4".repeat(32)];
/** What only Node, libc or a crash prints. */
const FOREIGN =
  /node:internal|\n\s+at |\(node:\d+\)|Warning:|ERR_|[Aa]ssert|GLib|libsecret|AddressSanitizer|core dumped/;

export interface States {
  readonly itemsBefore: ReadonlyMap<string, string>;
  readonly itemsAfter: ReadonlyMap<string, string>;
  readonly filesBefore: ReadonlyMap<string, string>;
  readonly filesAfter: ReadonlyMap<string, string>;
  readonly folder: string;
}

/** Returns every invariant that one run violates. */
export function violationsOf(scenario: Scenario, run: Run, states: States): readonly string[] {
  const found = [
    endingOf(scenario, run),
    stdoutOf(scenario, run),
    stderrOf(scenario, run),
    canaryOf(scenario, run),
    filesOf(states),
    loginsOf(scenario, states),
    run.left.length > 0 ? `leaves ${run.left.join("; ")}` : undefined,
    outsideOf(run, states.folder),
  ];
  return found.filter((one) => one !== undefined).map((one) => `${run.program} ${one}`);
}

const actionOf = ({ args }: Scenario): string | undefined =>
  args.length === 1 && isAction(args[0]) ? args[0] : undefined;

function endingOf(scenario: Scenario, { ending, ms }: Run): string | undefined {
  const allowed = actionOf(scenario) === undefined ? [0, 1, 2] : [0, 1];
  if (!allowed.includes(Number(ending))) return `ends with ${ending}`;
  return ms > DEADLINE_MS ? `takes ${Math.round(ms)} ms` : undefined;
}

function stdoutOf(scenario: Scenario, { ending, stdout }: Run): string | undefined {
  const odd = `has an odd stdout: ${JSON.stringify(redacted(stdout).slice(0, 300))}`;
  const action = actionOf(scenario);
  if (action === undefined) return undefined;
  const hasFallback =
    Object.hasOwn(scenario.env, "DOCR_FALLBACK") ||
    scenario.files.some(({ text }) => text.includes("fallback"));
  if (ending !== 0) return /^[^\n]+\n$/.test(stdout) || (hasFallback && stdout === "") ? undefined : odd;
  if (action === "store" || action === "erase") return stdout === "" ? undefined : odd;
  if (!/^\{[^\n]*\}\n$/.test(stdout)) return odd;
  const response: Readonly<Record<string, unknown>> = JSON.parse(stdout);
  const isText = Object.values(response).every((value) => typeof value === "string");
  const isLogin = action === "list" || Object.keys(response).join() === "ServerURL,Username,Secret";
  return isText && isLogin ? undefined : odd;
}

function stderrOf(scenario: Scenario, { ending, stdout, stderr }: Run): string | undefined {
  const shown = JSON.stringify(redacted(stderr).slice(0, 400));
  if (FOREIGN.test(stderr)) return `lets another program's words onto stderr: ${shown}`;
  if (actionOf(scenario) === undefined || isTraced(scenario)) return undefined;
  if (!/^(?:docr: [^\n]+\n)?$/.test(stderr)) return `has more than a line on stderr: ${shown}`;
  const isSilent = stdout === `${NOT_FOUND}\n` || scenario.env["DOCR_FALLBACK"] !== undefined;
  const hasFallback = scenario.files.some(({ text }) => text.includes("fallback"));
  return ending !== 0 && stderr === "" && !isSilent && !hasFallback
    ? "fails without a word on stderr"
    : undefined;
}

/** Whether stderr may have a trace, or a warning that there is none. */
const isTraced = ({ env }: Scenario): boolean => (env["DOCR_LOG"] ?? "") !== "";

function canaryOf(scenario: Scenario, { ending, stdout, stderr }: Run): string | undefined {
  const isResponse = actionOf(scenario) === "get" && ending === 0;
  const found = CANARIES.find(
    (canary) => stderr.includes(canary) || (!isResponse && stdout.includes(canary)),
  );
  return found === undefined ? undefined : `prints the canary ${found.slice(0, 16)}`;
}

/** Files that docr wrote or changed, but the vault, contain neither API tokens nor logins. */
function filesOf({ filesBefore, filesAfter }: States): string | undefined {
  for (const [path, text] of filesAfter) {
    if (filesBefore.get(path) === text) continue;
    const found = CANARIES.find((canary) => text.includes(canary) || path.includes(canary));
    if (found !== undefined) return `writes the canary ${found.slice(0, 16)} to ${path}`;
  }
  return undefined;
}

/** The request changes no stored login but the one that it names. */
function loginsOf(scenario: Scenario, { itemsBefore, itemsAfter }: States): string | undefined {
  if (scenario.keychain.state === "odd bytes") return undefined;
  const mayChange = changeable(scenario);
  for (const [name, value] of itemsBefore) {
    const [, login] = / login:(.*)$/.exec(name) ?? [];
    if (login === undefined || mayChange.has(login)) continue;
    if (itemsAfter.get(name) !== value) return `changes the stored login ${login}`;
  }
  return undefined;
}

function changeable(scenario: Scenario): ReadonlySet<string> {
  const action = actionOf(scenario);
  if (action !== "store" && action !== "erase") return new Set();
  try {
    const input = Buffer.from(scenario.stdin);
    const address = parseAddress(
      action === "store" ? parseStoreRequest(input).serverUrl : parseServerUrl(input),
    );
    // An older docr stored Docker Hub's login under another name.
    return address.kind === "other" ? new Set([address.key, "docker.io"]) : new Set([REGISTRY_HOST]);
  } catch (error) {
    if (!isHelperError(error)) throw error;
    return new Set();
  }
}

/** Where docr may write besides the site: streams, the kernel's files about itself, its folder and an unnamed file in shared memory. */
const OWN = /^(?:\/dev\/(?:null|tty)$|\/dev\/shm(?:\/docr-0(?:\/.*)?)?$|\/proc\/self\/|\/proc\/\d+\/)/;

function outsideOf({ changed }: Run, folder: string): string | undefined {
  const outside = changed.find((path) => path.startsWith("/") && !path.startsWith(folder) && !OWN.test(path));
  return outside === undefined ? undefined : `changes ${outside}`;
}

/** Returns how the two programs differ, or undefined. */
export function differenceOf(scenario: Scenario, [one, other]: readonly [Run, Run]): string | undefined {
  // The launcher's own attempt moves what is odd to another place in the conversation.
  if (scenario.keychain.state === "odd bytes" || scenario.faults.some(({ kind }) => kind === "hang"))
    return undefined;
  const shown = ({ ending, stdout, stderr }: Run): string =>
    JSON.stringify([ending, normalized(stdout), isTraced(scenario) ? "" : normalized(stderr)]);
  return shown(one) === shown(other)
    ? undefined
    : `launcher and docr differ: ${redacted(shown(one))} and ${redacted(shown(other))}`;
}

/** Returns how the logins differ that the two programs leave in the keychain, or undefined. Only names: a login has its time in it. */
export function loginDifferenceOf(
  { keychain }: Scenario,
  left: readonly [ReadonlyMap<string, string>, ReadonlyMap<string, string>],
): string | undefined {
  if (keychain.state === "odd bytes" || keychain.state === "silent") return undefined;
  const [one, other] = left.map((items) => [...items.keys()].filter((name) => name.includes(" login:")));
  return JSON.stringify(one) === JSON.stringify(other)
    ? undefined
    : `launcher and docr leave different logins: ${JSON.stringify(one)} and ${JSON.stringify(other)}`;
}

/** Without what differs from mint to mint, and without the warning that depends on how busy the machine is. */
function normalized(text: string): string {
  return text
    .replace(/^docr: still revoking [^\n]*\n/m, "")
    .replace(/do[a-z]_v1_[0-9a-f]{64}/g, (secret) => (secret === TOKEN ? secret : "MINTED"))
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "ID");
}

const redacted = (text: string): string => normalized(text).replaceAll(TOKEN, "TOKEN");
