/** Answers one request of the kubelet: bytes in, bytes out. */
import { parseAddress, REGISTRY_HOST } from "../core/address.ts";
import { withDeadline } from "../core/deadline.ts";
import { hintOf } from "../core/error-catalog.ts";
import { HelperError } from "../core/errors.ts";
import { type Clock, holdForMs } from "../core/lifetime.ts";
import { stderrLine } from "../core/text.ts";
import type { NodeCredentials } from "../credentials/node-credentials.ts";
import { hostOf } from "./image-match.ts";
import { parseRequest } from "./request.ts";
import { encodeAnswer, encodeNoLogin } from "./response.ts";

/** Time for the kubelet to send its request. It writes it at once. */
const INPUT_TIMEOUT_MS = 5_000;
/** Time for the response. Together with the input and the start, it stays below 55 s: the kubelet kills a provider after 60 s. */
const RESPONSE_TIMEOUT_MS = 48_000;

export interface ProviderPorts {
  readonly node: NodeCredentials;
  readonly clock: Clock;
}

/** Reads the request and returns the response, within the time limits. Throws a HelperError for a failure. */
export async function answerRequest(
  readInput: () => Promise<Uint8Array>,
  ports: ProviderPorts,
): Promise<string> {
  const input = await withDeadline(readInput(), INPUT_TIMEOUT_MS, (): never => {
    throw new HelperError("input-unfinished", `stdin was not closed within ${INPUT_TIMEOUT_MS / 1000} s`, {
      hint: "the kubelet runs this command; to try it, run docr kubelet check IMAGE",
    });
  });
  return withDeadline(respond(input, ports), RESPONSE_TIMEOUT_MS, (): never => {
    throw new HelperError("deadline", `docr did not respond within ${RESPONSE_TIMEOUT_MS / 1000} s`, {
      hint: "check the node's network connection to api.digitalocean.com",
    });
  });
}

/** The whole text on stderr. Without a line break, which would split the kubelet's entry in the journal. */
export function describeProviderFailure(failure: HelperError): string {
  const hint = hintOf(failure);
  return stderrLine(hint === undefined ? failure.message : `${failure.message}; ${hint}`).trimEnd();
}

async function respond(input: Uint8Array, { node, clock }: ProviderPorts): Promise<string> {
  const { apiVersion, image } = parseRequest(input);
  const host = hostOf(image);
  if (parseAddress(host).kind === "other") return encodeNoLogin(apiVersion);
  const registry = registryIn(image);
  const login = await node.get(registry);
  const isForWholeHost = node.isForWholeHost(registry);
  return encodeAnswer(apiVersion, {
    cacheKeyType: isForWholeHost ? "Registry" : "Image",
    cacheMs: holdForMs(login, clock.read()),
    // The slash at the end keeps the login from a registry whose name starts with this one.
    matchImage: isForWholeHost ? host : `${host}/${registry}/`,
    login,
  });
}

/** The first part of the image's path names the registry. */
function registryIn(image: string): string {
  const address = parseAddress(image);
  const registry = address.kind === "digitalocean" ? address.registry : undefined;
  if (registry !== undefined && /^[^/]+\/[^/]+\/[^/]/.test(image)) return registry;
  throw new HelperError("bad-image", "the image's path does not name a registry and a repository", {
    hint: `name the image ${REGISTRY_HOST}/REGISTRY/REPOSITORY`,
  });
}
