import { readdirSync } from "node:fs";
import { isHelperError } from "../../core/errors.ts";
import { hintOf } from "../../core/error-catalog.ts";
import { suggest } from "../../core/suggestion.ts";
import { decodeResponse } from "../../kubelet/decode-response.ts";
import type { ProviderConfig } from "../../kubelet/provider-config.ts";
import { isDocr, type ProviderRun } from "../../kubelet/run-provider.ts";
import { isExecutable } from "../../system/executables.ts";
import type { CommandContext } from "../context.ts";
import { fail, type Finding, pass } from "../doctor/finding.ts";
import type { ConfiguredProviders } from "./check-config.ts";

/** No registry has this name (RFC 6761). docr answers it without a request over the network. */
const NOT_A_REGISTRY = "registry.invalid/image";

/** Checks whether each provider has a program, and whether docr's own can be run. Does not run other providers. */
export async function checkPrograms(
  { providers, binDir }: ConfiguredProviders,
  { kubelet }: Pick<CommandContext, "kubelet">,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const provider of providers) {
    const missing = checkProgram(provider, binDir);
    if (missing) findings.push(missing);
    else if (isDocr(provider)) {
      const run = (): Promise<ProviderRun> => kubelet.run(provider, binDir, NOT_A_REGISTRY);
      findings.push(await checkRun(provider, run));
    } else findings.push(pass("program", `${binDir}/${provider.name} is executable`));
  }
  return findings;
}

/** Returns undefined if the kubelet finds the program. */
function checkProgram({ name }: ProviderConfig, binDir: string): Finding | undefined {
  if (isExecutable(`${binDir}/${name}`)) return undefined;
  const names = namesIn(binDir);
  if (!names) return fail("program", `${binDir} cannot be read`, "name the directory of the kubelet's flag");
  if (names.includes(name)) {
    return fail(
      "program",
      `${binDir}/${name} is not executable, so the kubelet does not start`,
      `run chmod 0755 ${binDir}/${name}`,
    );
  }
  const programs = names.filter((one) => isExecutable(`${binDir}/${one}`));
  const similar = suggest(name, programs) ?? (programs.length === 1 ? programs[0] : undefined);
  const next =
    similar === undefined
      ? `put the program there, under the name ${name}`
      : `the name must be the file's: rename ${similar}, or set name: ${similar}`;
  return fail("program", `${binDir} has no file named ${name}, so the kubelet does not start`, next);
}

async function checkRun(
  { name, apiVersion }: ProviderConfig,
  run: () => Promise<ProviderRun>,
): Promise<Finding> {
  try {
    const { exitCode, stdout, stderr } = await run();
    if (exitCode !== 0)
      return fail("program", `${name} fails: ${shownReason(stderr)}`, "correct its args and env");
    const decoded = decodeResponse(stdout, apiVersion);
    if ("problem" in decoded) {
      return fail(
        "program",
        `the kubelet rejects the response of ${name}: ${decoded.problem}`,
        "update docr",
      );
    }
    return pass("program", `${name} can be run`);
  } catch (error) {
    if (!isHelperError(error)) throw error;
    return fail("program", error.message, hintOf(error));
  }
}

/** The first line that a provider printed on stderr. */
export function shownReason(stderr: string): string {
  const [line = ""] = stderr.split("\n");
  return line === "" ? "it printed no reason" : line.replace(/^docr: /, "").slice(0, 400);
}

function namesIn(folder: string): readonly string[] | undefined {
  try {
    return readdirSync(folder);
  } catch {
    return undefined;
  }
}
