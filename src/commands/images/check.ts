import { REGISTRY_HOST } from "../../core/address.ts";
import { HelperError, isHelperError } from "../../core/errors.ts";
import { DOCKER_HUB, type Image } from "../../core/image.ts";
import type { FoundManifest, LoginCheck } from "../../oci/registries.ts";
import { formatBytes } from "../../terminal/sizes.ts";
import { alignColumns } from "../../terminal/table.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { defineCommand, type Result } from "../command.ts";
import { CLIENT_OPTION, isImage, parseTarget, type Target } from "./target.ts";
import { ANONYMOUS, findUsedLogin, type UsedLogin } from "./used-login.ts";

const ABSENT = 3;
const REFUSED = 4;

/**
 * Asks the registry about the image, including authentication. If the image is absent, or the registry refuses access, that is a result
 * and not an error. For a host alone, or for a registry at DigitalOcean without a repository, checks only the login.
 */
export const checkCommand = defineCommand({
  name: "check",
  arguments: ["<image|host>"],
  summary: "Check a client's login, or whether it can pull an image",
  options: {
    tags: { kind: "flag", description: "List the repository's tags" },
    client: CLIENT_OPTION,
    anonymous: { kind: "flag", description: "Ask without a login" },
  },
  examples: [
    "docr check registry.digitalocean.com/acme/app:v1",
    "docr check ghcr.io",
    "docr check alpine --tags",
    "docr check ghcr.io/acme/app@sha256:… --client podman --json",
  ],
  exitCodes: {
    0: "found, or login accepted",
    1: "failure",
    2: "wrong usage",
    3: "not found",
    4: "rejected",
  },
  needs: ["clients", "registries", "helper", "terminal", "reporter"],
  async run({ options: { tags: wantsTags, client, anonymous }, args: [text] }, context) {
    const target = parseTarget(text);
    if (wantsTags) checkIsRepository(target);
    const used = anonymous ? ANONYMOUS : await findUsedLogin(context, target, client);
    const { host } = target;
    const registries = await context.registries();
    return context.terminal.spin(`asking ${host}`, async () => {
      if (!isImage(target)) {
        return describeRefusedOr(
          { host, name: nameOfRegistry(target), used, key: "registry" },
          async (checked) => describeLoginCheck(await registries.checkLogin(host, used.login), checked),
        );
      }
      const checked = { host, name: nameOf(target, wantsTags), used, key: "image" } as const;
      return describeRefusedOr(checked, async () => {
        if (wantsTags) {
          const tags = await registries.listTags(target, used.login);
          return tags ? describeTags(tags, checked) : describeAbsent(checked);
        }
        const found = await registries.findManifest(target, used.login);
        return found ? describeManifest(found, checked, context.terminal) : describeAbsent(checked);
      });
    });
  },
});

interface Checked {
  readonly host: string;
  readonly name: string;
  /** The name's key in the JSON output. */
  readonly key: "image" | "registry";
  readonly used: UsedLogin;
}

function checkIsRepository(target: Target): void {
  if (!isImage(target)) {
    throw new HelperError("bad-arguments", "--tags lists the tags of a repository, and this is a registry", {
      hint: `name a repository: ${nameOfRegistry(target)}/NAME`,
    });
  }
  if ((target.tag ?? target.digest) === undefined) return;
  throw new HelperError("bad-arguments", "--tags lists every tag of a repository", {
    hint: "leave out the tag and the digest",
  });
}

function nameOfRegistry({ host, repository }: Pick<Target, "host" | "repository">): string {
  return repository === undefined ? host : `${host}/${repository}`;
}

async function describeRefusedOr(
  checked: Checked,
  check: (checked: Checked) => Promise<Result>,
): Promise<Result> {
  try {
    return await check(checked);
  } catch (error) {
    if (isHelperError(error, "registry-unauthorized") || isHelperError(error, "registry-denied")) {
      return describeRefusal(error.message, checked);
    }
    throw error;
  }
}

function describeLoginCheck(check: LoginCheck, checked: Checked): Result {
  const { name, used } = checked;
  if (check === "accepted") {
    const rows = [["  login", used.label]];
    return {
      text: `accepted: ${name} accepts the login\n${alignColumns(rows)}`,
      json: { ...jsonOf(checked), status: "accepted" },
    };
  }
  const rows = [["  login", used.login ? `${used.label}; not checked` : used.label]];
  return {
    text: `open: ${name} answers without a login\n${alignColumns(rows)}`,
    json: { ...jsonOf(checked), status: "open" },
  };
}

/** Formats the name like docker, with the default tag. For a list of tags, returns only the repository. */
function nameOf({ host, repository, tag, digest }: Image, isRepository: boolean): string {
  const name = `${host}/${repository}`;
  if (isRepository) return name;
  const tagged = tag === undefined && digest === undefined ? `${name}:latest` : name;
  return `${tagged}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

function jsonOf({ name, key, used }: Checked): Readonly<Record<string, unknown>> {
  return { [key]: name, login: used.json };
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
    checked.host === DOCKER_HUB ? ", or this login may not see it (Docker Hub does not say which)" : "";
  const rows = [["  login", checked.used.label]];
  return {
    text: `not found: ${checked.name} does not exist${why}\n${alignColumns(rows)}`,
    json: { ...jsonOf(checked), status: "absent" },
    exitCode: ABSENT,
  };
}

function describeRefusal(reason: string, checked: Checked): Result {
  const needsOtherAccount = checked.key === "image" && checked.used.login !== undefined;
  const next = needsOtherAccount ? "log in with an account that may read it" : "log in";
  const rows = [
    ["  reason", reason],
    ["  login", checked.used.label],
    ["  next", `${next}: ${loginCommandFor(checked.host)}`],
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
