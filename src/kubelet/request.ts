/** The request that the kubelet sends to an image credential provider (kubernetes/kubelet, pkg/apis/credentialprovider). */
import { HelperError } from "../core/errors.ts";
import { isJsonObject, parseJson } from "../core/json.ts";

const GROUP = "credentialprovider.kubelet.k8s.io";
/** The versions of the API. Requests and responses have the same fields in all of them, as far as docr uses them. */
export const API_VERSIONS = [`${GROUP}/v1`, `${GROUP}/v1beta1`, `${GROUP}/v1alpha1`] as const;
export type ApiVersion = (typeof API_VERSIONS)[number];

const KIND = "CredentialProviderRequest";
const HINT = "the kubelet runs this command; to try it, run docr kubelet check IMAGE";

export interface ProviderRequest {
  /** The kubelet rejects a response in another version. */
  readonly apiVersion: ApiVersion;
  /** The image without tag and digest. Not empty. */
  readonly image: string;
}

/**
 * Parses stdin. Ignores unknown fields, because a later kubelet may add some, and the token of the pod's service account, which docr
 * does not need. Throws errors of the family "input". Their messages quote nothing.
 */
export function parseRequest(input: Uint8Array): ProviderRequest {
  const json = parseJson(decode(input));
  if (!json) throw new HelperError("input-not-json", "the kubelet's request is not JSON", { hint: HINT });
  if (!isJsonObject(json.value)) throw wrong("the kubelet's request is not a JSON object");
  const { kind, apiVersion, image } = json.value;
  if (kind !== KIND) throw wrong(`the request's kind is not ${KIND}`);
  const version = API_VERSIONS.find((one) => one === apiVersion);
  if (version === undefined) throw wrong(`the request's apiVersion is not one of ${API_VERSIONS.join(", ")}`);
  if (typeof image !== "string" || image === "") throw wrong("the request names no image");
  return { apiVersion: version, image };
}

/** Encodes the request byte for byte as the kubelet does, without a service account. */
export function encodeRequest({ apiVersion, image }: ProviderRequest): string {
  return `${JSON.stringify({ kind: KIND, apiVersion, image })}\n`;
}

function decode(input: Uint8Array): string {
  if (input.length === 0) throw new HelperError("input-missing", "stdin is empty", { hint: HINT });
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(input);
  } catch (cause) {
    throw new HelperError("input-not-text", "the kubelet's request is not UTF-8 text", { cause, hint: HINT });
  }
}

function wrong(message: string): HelperError {
  return new HelperError("input-wrong-type", message, { hint: HINT });
}
