/** What `docr check` asks the registry about an image. */
import { HelperError } from "../../core/errors.ts";
import type { Image } from "../../core/image.ts";
import { isImage, type Target } from "./target.ts";

export type Question = "manifest" | "tags" | "raw" | "push";

/** Throws `bad-arguments` if options cannot be combined. */
export function questionOf(flags: Readonly<Record<"tags" | "raw" | "push", boolean>>): Question {
  const asked = (["tags", "raw", "push"] as const).filter((name) => flags[name]);
  const [first = "manifest", second] = asked;
  if (second === undefined) return first;
  throw new HelperError("bad-arguments", `--${first} and --${second} cannot be combined`);
}

/** Throws `bad-arguments` if the question does not fit a target or the output. */
export function checkQuestion(
  question: Question,
  targets: readonly Target[],
  { trace, wantsJson }: { readonly trace: boolean; readonly wantsJson: boolean },
): void {
  if (question === "manifest") return;
  const registry = targets.find((target) => !isImage(target));
  if (registry) {
    throw new HelperError("bad-arguments", `--${question} is for a repository, and this is a registry`, {
      hint: `name a repository: ${nameOfRegistry(registry)}/NAME`,
    });
  }
  if (question === "raw") {
    if (targets.length > 1) throw new HelperError("bad-arguments", "--raw prints one manifest");
    if (wantsJson || trace) {
      throw new HelperError("bad-arguments", `--raw and ${trace ? "--trace" : "--json"} cannot be combined`);
    }
  }
  const hasTag = targets.some((target) => isImage(target) && (target.tag ?? target.digest) !== undefined);
  if (question === "tags" && hasTag) {
    throw new HelperError("bad-arguments", "--tags lists every tag of a repository", {
      hint: "leave out the tag and the digest",
    });
  }
}

/** Formats the name like docker, with the default tag. For tags and pushes, returns only the repository. */
export function nameOf({ host, repository, tag, digest }: Image, question: Question): string {
  const name = `${host}/${repository}`;
  if (question === "tags" || question === "push") return name;
  const tagged = tag === undefined && digest === undefined ? `${name}:latest` : name;
  return `${tagged}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

export function nameOfRegistry({ host, repository }: Pick<Target, "host" | "repository">): string {
  return repository === undefined ? host : `${host}/${repository}`;
}
