import { REGISTRY_HOST } from "../../core/address.ts";
import { HelperError, isHelperError } from "../../core/errors.ts";
import { DOCKER_HUB, parseImage, type Image } from "../../core/image.ts";
import type { FoundManifest } from "../../oci/registries.ts";
import { formatBytes } from "../../terminal/sizes.ts";
import { alignColumns } from "../../terminal/table.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { defineCommand, type Result } from "../command.ts";
import { CLIENT_OPTION } from "./target.ts";
import { ANONYMOUS, findUsedLogin, type UsedLogin } from "./used-login.ts";

const ABSENT = 3;
const REFUSED = 4;

/** Asks the registry with its whole handshake. An image that is absent, or refused to this login, is a result. */
export const checkCommand = defineCommand({
  name: "check",
  arguments: ["<image>"],
  summary: "Check whether an image exists and a client's login can pull it",
  options: {
    tags: { kind: "flag", description: "List the repository's tags" },
    client: CLIENT_OPTION,
    anonymous: { kind: "flag", description: "Ask without a login" },
  },
  examples: [
    "docr check registry.digitalocean.com/acme/app:v1",
    "docr check alpine --tags",
    "docr check ghcr.io/acme/app@sha256:… --client podman --json",
  ],
  exitCodes: { 0: "found", 1: "failure", 2: "wrong usage", 3: "not found", 4: "rejected" },
  needs: ["clients", "registries", "helper", "terminal", "reporter"],
  async run({ options: { tags: wantsTags, client, anonymous }, args: [text] }, context) {
    const { registries, terminal } = context;
    const image = parseImage(text);
    if (wantsTags && (image.tag ?? image.digest) !== undefined) {
      throw new HelperError("bad-arguments", "--tags lists every tag of a repository", {
        hint: "leave out the tag and the digest",
      });
    }
    const used = anonymous ? ANONYMOUS : await findUsedLogin(context, image, client);
    const api = await registries();
    const checked: Checked = { image, name: nameOf(image, wantsTags), used };
    try {
      return await terminal.spin(`asking ${image.host}`, async () => {
        if (wantsTags) {
          const tags = await api.listTags(image, used.login);
          return tags ? describeTags(tags, checked) : describeAbsent(checked);
        }
        const found = await api.findManifest(image, used.login);
        return found ? describeManifest(found, checked, terminal) : describeAbsent(checked);
      });
    } catch (error) {
      if (isHelperError(error, "registry-unauthorized") || isHelperError(error, "registry-denied")) {
        return describeRefusal(error.message, checked);
      }
      throw error;
    }
  },
});

interface Checked {
  readonly image: Image;
  readonly name: string;
  readonly used: UsedLogin;
}

/** As docker shows it, with the default tag; the repository alone for its tags. */
function nameOf({ host, repository, tag, digest }: Image, isRepository: boolean): string {
  const name = `${host}/${repository}`;
  if (isRepository) return name;
  const tagged = tag === undefined && digest === undefined ? `${name}:latest` : name;
  return `${tagged}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

function jsonOf({ name, used }: Checked): Readonly<Record<string, unknown>> {
  return { image: name, login: used.json };
}

function describeManifest(found: FoundManifest, checked: Checked, terminal: Terminal): Result {
  const { contentBytes, platforms } = found;
  const rows: (readonly [string, string])[] = [
    ["  digest", found.digest],
    ["  type", found.mediaType],
    ["  manifest", formatBytes(found.bytes)],
    ...(contentBytes === undefined ? [] : [["  to pull", formatBytes(contentBytes)] as const]),
    ["  platforms", platforms.length === 0 ? "unknown" : platforms.join(", ")],
    ["  login", checked.used.label],
  ];
  return {
    text: `${terminal.paint("bold", checked.name)}\n${alignColumns(rows)}`,
    json: { ...jsonOf(checked), status: "found", ...found },
  };
}

function describeTags(tags: readonly string[], checked: Checked): Result {
  return {
    text: tags.map((tag) => `${tag}\n`).join(""),
    json: { ...jsonOf(checked), status: "found", tags },
  };
}

function describeAbsent(checked: Checked): Result {
  const why =
    checked.image.host === DOCKER_HUB ? ", or this login may not see it (Docker Hub does not say which)" : "";
  const rows = [["  login", checked.used.label]];
  return {
    text: `not found: ${checked.name} does not exist${why}\n${alignColumns(rows)}`,
    json: { ...jsonOf(checked), status: "absent" },
    exitCode: ABSENT,
  };
}

function describeRefusal(reason: string, checked: Checked): Result {
  const next = checked.used.login ? "log in with an account that may read it" : "log in";
  const rows = [
    ["  reason", reason],
    ["  login", checked.used.label],
    ["  next", `${next}: ${loginCommandFor(checked.image.host)}`],
  ];
  return {
    text: `rejected: ${checked.name}\n${alignColumns(rows)}`,
    json: { ...jsonOf(checked), status: "refused", reason },
    exitCode: REFUSED,
  };
}

function loginCommandFor(host: string): string {
  if (host === REGISTRY_HOST) return "docr login";
  return host === DOCKER_HUB ? "docker login" : `docker login ${host}`;
}
