/** Parses the pages of distribution's `tags/list`. */
import { parseJsonObject } from "../core/json.ts";
import { isTag } from "../core/image.ts";
import { malformed } from "./registry-failures.ts";

/** Returns the tags of one page, in the registry's order. Throws `registry-malformed`. */
export function parseTags(body: string, host: string): readonly string[] {
  const tags = parseJsonObject(body)?.["tags"];
  // Go encodes an empty list as null: all tags of the repository are deleted.
  if (tags === null) return [];
  if (Array.isArray(tags) && tags.every((tag): tag is string => typeof tag === "string" && isTag(tag)))
    return tags;
  throw malformed(host, "an invalid list of tags");
}

const LINK = /<([^<>]*)>((?:[ \t]*;[ \t]*[A-Za-z*]+[ \t]*=[ \t]*(?:"[^"]*"|[^\s",;]+))*)/g;
const PARAMETER = /([A-Za-z*]+)[ \t]*=[ \t]*(?:"([^"]*)"|([^\s",;]+))/g;

/**
 * Returns the next page's URL from the `Link` header (RFC 8288), or undefined after the last page. Throws `registry-malformed` if the
 * URL is on another origin, because the authorization is only for this one.
 */
export function nextPage(
  header: string | readonly string[] | undefined,
  page: URL,
  host: string,
): URL | undefined {
  const lines = header === undefined ? [] : typeof header === "string" ? [header] : header;
  const links = lines.flatMap((line) => Array.from(line.matchAll(LINK)));
  const target = links.find(([, , parameters = ""]) => isNext(parameters))?.[1];
  if (target === undefined) return undefined;
  const url = URL.canParse(target, page) ? new URL(target, page) : undefined;
  if (url?.origin === page.origin) return url;
  throw malformed(host, "a next page on another host");
}

function isNext(parameters: string): boolean {
  return Array.from(parameters.matchAll(PARAMETER)).some(([, name = "", quoted, bare = ""]) => {
    return (
      name.toLowerCase() === "rel" &&
      (quoted ?? bare)
        .toLowerCase()
        .split(/[ \t]+/)
        .includes("next")
    );
  });
}
