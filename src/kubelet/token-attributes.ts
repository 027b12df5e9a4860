import { isJsonObject } from "../core/json.ts";
import { configError, type ConfigProblem, stringsIn, unknownFields } from "./config-problem.ts";
import { API_VERSIONS } from "./request.ts";

/** The only version of the configuration that has tokenAttributes. */
export const CONFIG_API_VERSION = "kubelet.config.k8s.io/v1";
const TOKEN_FIELDS = [
  "serviceAccountTokenAudience",
  "cacheType",
  "requireServiceAccount",
  "requiredServiceAccountAnnotationKeys",
  "optionalServiceAccountAnnotationKeys",
];
const CACHE_TYPES = ["ServiceAccount", "Token"];
/** `isOld`: the version of the configuration has no tokenAttributes. `apiVersion` is the provider's. */
export function checkTokenAttributes(
  value: unknown,
  place: string,
  { apiVersion, isOld }: { readonly apiVersion: unknown; readonly isOld: boolean },
): readonly ConfigProblem[] {
  if (!isJsonObject(value))
    return [configError(`${place} is not an object`, "remove it; docr does not need it")];
  const problems: ConfigProblem[] = [...unknownFields(value, TOKEN_FIELDS, `${place}.`)];
  const add = (what: string, next: string): void => void problems.push(configError(`${place}${what}`, next));
  if (isOld)
    add(` needs apiVersion: ${CONFIG_API_VERSION} of the configuration`, "remove it, or set the version");
  if (apiVersion !== API_VERSIONS[0]) {
    add(` is only for apiVersion: ${API_VERSIONS[0]} of the provider`, "remove it, or set the version");
  }
  const { serviceAccountTokenAudience, requireServiceAccount, cacheType } = value;
  const { requiredServiceAccountAnnotationKeys: required, optionalServiceAccountAnnotationKeys: optional } =
    value;
  if (typeof serviceAccountTokenAudience !== "string" || serviceAccountTokenAudience === "") {
    add(".serviceAccountTokenAudience is missing", "set it, or remove tokenAttributes");
  }
  if (typeof requireServiceAccount !== "boolean") {
    add(".requireServiceAccount is missing", "set it to true or false");
  }
  if (!CACHE_TYPES.some((one) => one === cacheType)) {
    add(`.cacheType is not one of ${CACHE_TYPES.join(", ")}`, "Kubernetes 1.34 and later require it");
  }
  const [first, second] = [stringsIn(required) ?? [], stringsIn(optional) ?? []];
  if (requireServiceAccount === false && first.length > 0) {
    add(
      ".requiredServiceAccountAnnotationKeys needs requireServiceAccount: true",
      "set it, or remove the keys",
    );
  }
  if (first.some((key) => second.includes(key)))
    add(" has a key that is required and optional", "list it once");
  return problems;
}
