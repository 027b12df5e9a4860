import { HelperError, isHelperError } from "../../core/errors.ts";
import { shownBytes } from "../../terminal/sizes.ts";
import { alignColumns } from "../../terminal/table.ts";
import { defineCommand, type Result } from "../command.ts";
import type { VerbPorts } from "../ports.ts";
import type { FoundManifest } from "../../oci/registries.ts";
import { REGISTRY_HOST } from "../../core/address.ts";
import { DOCKER_HUB, parseImage, type Image } from "../../core/image.ts";
import { CLIENT_OPTION } from "./target.ts";
import { findLogin, type UsedLogin } from "./used-login.ts";

export interface CheckOptions {
  readonly tags?: boolean;
  readonly client: Client;
  readonly anonymous?: boolean;
}

type Client = "docker" | "podman";

const ABSENT = 3;
const REFUSED = 4;

export const checkCommand = defineCommand({
  name: "check",
  arguments: ["<image>"],
  summary: "ask the registry for an image, with the login that a client would use",
  options: {
    tags: { kind: "flag", description: "list the repository's tags" },
    client: CLIENT_OPTION,
    anonymous: { kind: "flag", description: "show no login" },
  },
  examples: [
    "docr check registry.digitalocean.com/acme/app:v1",
    "docr check alpine --tags",
    "docr check ghcr.io/acme/app@sha256:… --client podman --json",
  ],
  exitCodes: { 0: "found", 1: "failed otherwise", 2: "wrong usage", 3: "absent", 4: "refused" },
  needs: ["legacy"],
  run: async ({ options, args: [image] }, { legacy }) => check(legacy, image, options),
});

/** The registry's whole handshake for the image, which may be absent, or refused to this login. */
export async function check(ports: VerbPorts, text: string, options: CheckOptions): Promise<Result> {
  const image = parseImage(text);
  if (options.tags && (image.tag ?? image.digest) !== undefined) {
    throw new HelperError("bad-arguments", "--tags lists every tag of a repository", {
      hint: "name the image without tag and digest",
    });
  }
  const used = options.anonymous ? NOBODY : await findLogin(ports, image, options.client);
  const registries = await ports.registries();
  const name = nameOf(image, options.tags === true);
  const json = { image: name, login: used.json };
  try {
    return await ports.terminal.spin(`asking ${image.host}`, async () => {
      if (options.tags) {
        const tags = await registries.listTags(image, used.login);
        return tags ? showTags(tags, json) : absent(image, name, used, json);
      }
      const found = await registries.findManifest(image, used.login);
      return found ? show(found, name, used, json, ports) : absent(image, name, used, json);
    });
  } catch (error) {
    if (isHelperError(error) && /^registry-(?:unauthorized|denied)$/.test(error.code)) {
      return refused(error.message, name, image, used, json);
    }
    throw error;
  }
}

const NOBODY: UsedLogin = { login: undefined, words: "none, as asked for", json: { source: "none" } };

type Json = Readonly<Record<string, unknown>>;

/** As docker would show it, with the tag that is meant. */
function nameOf({ host, repository, tag, digest }: Image, isWhole: boolean): string {
  const name = `${host}/${repository}`;
  if (isWhole) return name;
  const tagged = tag === undefined && digest === undefined ? `${name}:latest` : name;
  return `${tagged}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

function show(
  found: FoundManifest,
  name: string,
  { words }: UsedLogin,
  json: Json,
  { terminal }: VerbPorts,
): Result {
  const { contentBytes, platforms } = found;
  const rows: (readonly [string, string])[] = [
    ["  digest", found.digest],
    ["  type", found.mediaType],
    ["  manifest", shownBytes(found.bytes)],
    ...(contentBytes === undefined ? [] : [["  to pull", shownBytes(contentBytes)] as const]),
    ["  platforms", platforms.length === 0 ? "not told" : platforms.join(", ")],
    ["  login", words],
  ];
  return {
    text: `${terminal.paint("bold", name)}\n${alignColumns(rows)}`,
    json: { ...json, status: "found", ...found },
  };
}

function showTags(tags: readonly string[], json: Json): Result {
  return { text: tags.map((tag) => `${tag}\n`).join(""), json: { ...json, status: "found", tags } };
}

function absent(image: Image, name: string, { words }: UsedLogin, json: Json): Result {
  const why =
    image.host === DOCKER_HUB ? ", or not for this login to see: Docker Hub does not tell which" : "";
  const text = `absent: ${name} is not there${why}\n${alignColumns([["  login", words]])}`;
  return { text, json: { ...json, status: "absent" }, exitCode: ABSENT };
}

function refused(
  message: string,
  name: string,
  image: Image,
  { login, words }: UsedLogin,
  json: Json,
): Result {
  const next = login ? "log in as somebody who may read it" : "log in";
  const rows = [
    ["  why", message],
    ["  login", words],
    ["  next", `${next}: ${loginCommandFor(image.host)}`],
  ];
  return {
    text: `refused: ${name}\n${alignColumns(rows)}`,
    json: { ...json, status: "refused", reason: message },
    exitCode: REFUSED,
  };
}

function loginCommandFor(host: string): string {
  if (host === REGISTRY_HOST) return "docr login";
  return host === DOCKER_HUB ? "docker login" : `docker login ${host}`;
}
