import type { Credential } from "../../core/credential.ts";
import { hintOf } from "../../core/error-catalog.ts";
import { isHelperError } from "../../core/errors.ts";
import type { Image } from "../../core/image.ts";
import { decodeResponse, type DecodedResponse } from "../../kubelet/decode-response.ts";
import { formatGoDuration } from "../../kubelet/go-duration.ts";
import { matchesImage, matchingKeys } from "../../kubelet/image-match.ts";
import type { ProviderConfig } from "../../kubelet/provider-config.ts";
import { API_VERSIONS, type ApiVersion, encodeRequest } from "../../kubelet/request.ts";
import type { CommandContext } from "../context.ts";
import { fail, type Finding, pass, warn } from "../doctor/finding.ts";
import type { ConfiguredProviders } from "./check-config.ts";
import { shownReason } from "./check-programs.ts";

type PlayContext = Pick<CommandContext, "kubelet" | "registries">;

/** Asks the providers for the image as the kubelet does, and then asks the registry with the login that the kubelet would use. */
export async function playKubelet(
  image: Image,
  asked: ConfiguredProviders | { readonly stateDir: string },
  context: PlayContext,
): Promise<readonly Finding[]> {
  const name = `${image.host}/${image.repository}`;
  const findings: Finding[] = [];
  const logins: Credential[] = [];
  const collect = ({ finding, login }: Answered): void => {
    findings.push(finding);
    if (login) logins.push(login);
  };
  if ("stateDir" in asked) {
    collect(await askDocr(name, asked.stateDir, context));
  } else {
    const meant = asked.providers.filter(({ matchImages }) =>
      matchImages.some((one) => matchesImage(one, name)),
    );
    if (meant.length === 0) {
      const next = "add a pattern for it to matchImages";
      return [fail("image", `no pattern matches ${name}: the kubelet pulls it without a login`, next)];
    }
    for (const provider of meant) collect(await askProvider(provider, asked.binDir, name, context));
  }
  return [...findings, await askRegistry(image, logins, context)];
}

interface Answered {
  readonly finding: Finding;
  readonly login: Credential | undefined;
}

async function askDocr(image: string, stateDir: string, { kubelet }: PlayContext): Promise<Answered> {
  const apiVersion: ApiVersion = API_VERSIONS[0];
  try {
    const request = new TextEncoder().encode(encodeRequest({ apiVersion, image }));
    return judge("docr", image, decodeResponse(await kubelet.answer(stateDir, request), apiVersion));
  } catch (error) {
    if (!isHelperError(error)) throw error;
    return failedAnswer(`docr fails: ${error.message}`, hintOf(error));
  }
}

async function askProvider(
  provider: ProviderConfig,
  binDir: string,
  image: string,
  { kubelet }: PlayContext,
): Promise<Answered> {
  const { name, apiVersion } = provider;
  const { exitCode, stdout, stderr } = await kubelet.run(provider, binDir, image);
  if (exitCode === undefined)
    return failedAnswer(`${name} does not answer in time`, "check the node's network");
  if (exitCode !== 0)
    return failedAnswer(`${name} fails: ${shownReason(stderr)}`, "the kubelet pulls without a login");
  return judge(name, image, decodeResponse(stdout, apiVersion));
}

function judge(name: string, image: string, decoded: ReturnType<typeof decodeResponse>): Answered {
  if ("problem" in decoded) {
    const what = `the kubelet rejects the response of ${name}: ${decoded.problem}`;
    return failedAnswer(what, "update the provider");
  }
  const [key] = matchingKeys([...decoded.auth.keys()], image);
  const login = key === undefined ? undefined : decoded.auth.get(key);
  if (key !== undefined && login)
    return { finding: pass("answer", describeAnswer(name, key, decoded)), login };
  const what = `${name} has no login for ${image}`;
  return { finding: warn("answer", what, "the kubelet pulls it without a login"), login: undefined };
}

function failedAnswer(what: string, next: string | undefined): Answered {
  return { finding: fail("answer", what, next), login: undefined };
}

function describeAnswer(name: string, key: string, { cacheKeyType, cacheMs }: DecodedResponse): string {
  const whole = { Image: "for this image", Registry: "for the whole host", Global: "for every image" };
  const cached =
    cacheMs === undefined
      ? "for the default time"
      : cacheMs <= 0
        ? "not at all"
        : `for ${formatGoDuration(cacheMs)} ${whole[cacheKeyType]}`;
  return `${name} has a login for ${key}; the kubelet caches it ${cached}`;
}

/** The kubelet tries one login after another, and without any at the end. */
async function askRegistry(
  image: Image,
  logins: readonly Credential[],
  { registries }: PlayContext,
): Promise<Finding> {
  const api = await registries();
  const name = `${image.host}/${image.repository}`;
  let refusal: Finding | undefined;
  for (const login of logins.length === 0 ? [undefined] : logins) {
    try {
      const found = await api.findManifest(image, login);
      if (found) return pass("registry", `${name} can be pulled: ${found.digest}`);
      refusal = fail(
        "registry",
        `${name} does not exist, or this login may not see it`,
        "check the image's name",
      );
    } catch (error) {
      if (!isHelperError(error)) throw error;
      refusal = fail("registry", error.message, hintOf(error));
    }
  }
  return refusal ?? fail("registry", `${image.host} was not asked`);
}
