/** Finds the credentials in what the user pipes into `docr revoke`. */
import { parseAllDocuments } from "yaml";
import { type AuthEntry, decodeAuth } from "../../client-config/auth-entry.ts";
import { parseClientFile } from "../../client-config/client-file.ts";
import { parseAddress } from "../../core/address.ts";
import { hasApiTokenFormat } from "../../core/api-token.ts";
import { HelperError } from "../../core/errors.ts";
import { isJsonObject, parseJson } from "../../core/json.ts";
import { Secret } from "../../core/secret.ts";
import { openSecret } from "../pull-secrets/docker-config.ts";

/** A secret and its key in the input. The key is undefined if the input was the secret itself. */
export interface Revocable {
  readonly key: string | undefined;
  readonly secret: Secret;
}

/**
 * Finds the secrets for DigitalOcean's registry. The input is a secret, the value of an `auth`, docker's config.json, a Kubernetes
 * secret or the JSON of `docr credentials`. Returns each secret once. Throws `no-login` if a file contains none, `bad-arguments` if
 * the input cannot be parsed.
 */
export function findRevocable(input: Secret): readonly Revocable[] {
  const text = openSecret(input).trim();
  const found = isStructured(text) ? findInDocuments(text) : [{ key: undefined, secret: secretIn(text) }];
  const once = found.filter(({ secret }, index) => {
    return found.findIndex((other) => other.secret.equals(secret)) === index;
  });
  if (once.length > 0) return once;
  throw new HelperError("no-login", "stdin has no credential for registry.digitalocean.com", {
    hint: "pass a secret, or a config.json with an auth for registry.digitalocean.com",
  });
}

/** Whether the text is a document. A secret and the value of an `auth` are single words. */
function isStructured(text: string): boolean {
  return /^[[{]/.test(text) || /\s/.test(text);
}

/** Returns the password in the value of an `auth`, or else the text itself. Does not decode an API token, which can be valid base64. */
function secretIn(text: string): Secret {
  const whole = new Secret(text);
  const { login } = hasApiTokenFormat(whole) ? {} : decodeAuth(text);
  return login && login.secret.matches(/^[\x21-\x7e]+$/) ? login.secret : whole;
}

function findInDocuments(text: string): readonly Revocable[] {
  const json = parseJson(text);
  const documents = json ? [json.value] : parseYaml(text);
  return documents.flatMap(findInValue);
}

function parseYaml(text: string): readonly unknown[] {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents) || documents.some(({ errors }) => errors.length > 0)) throw unreadable();
  return documents.map((document): unknown => document.toJS());
}

function findInValue(value: unknown): readonly Revocable[] {
  if (Array.isArray(value)) return value.flatMap(findInValue);
  if (!isJsonObject(value)) throw unreadable();
  if (value["kind"] === "List") return findInValue(value["items"]);
  if (value["kind"] === "Secret") return findInKubernetesSecret(value);
  const { host, password } = value;
  if (typeof host === "string" && typeof password === "string") {
    return isOwn(host) ? [{ key: host, secret: new Secret(password) }] : [];
  }
  return findInConfig(JSON.stringify(value));
}

function findInKubernetesSecret({
  data,
  stringData,
}: Readonly<Record<string, unknown>>): readonly Revocable[] {
  const name = ".dockerconfigjson";
  const encoded = isJsonObject(data) ? data[name] : undefined;
  const plain = isJsonObject(stringData) ? stringData[name] : undefined;
  if (typeof plain === "string") return findInConfig(plain);
  if (typeof encoded !== "string") throw unreadable();
  return findInConfig(Buffer.from(encoded, "base64").toString("utf8"));
}

function findInConfig(text: string): readonly Revocable[] {
  return [...parseClientFile(text, "stdin").auths]
    .filter(([key]) => isOwn(key))
    .flatMap(([key, { login, plain }]: [string, AuthEntry]) => {
      const credential = login ?? plain;
      return credential ? [{ key, secret: credential.secret }] : [];
    });
}

function isOwn(key: string): boolean {
  return parseAddress(key).kind === "digitalocean";
}

function unreadable(): HelperError {
  return new HelperError("bad-arguments", "stdin is neither a secret nor a file with logins", {
    hint: "pass a secret, docker's config.json or a Kubernetes secret",
  });
}
