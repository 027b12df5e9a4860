import { configError, type ConfigProblem, shown } from "./config-problem.ts";

/** What Go's net/url accepts in a host. It also accepts a user name in front of an `@`. */
const HOST = /^(?:[\w.~!$&'()*+,;=<>"@\u0080-\uffff-]*|\[[\da-f:.]+\])(?::\d*)?$/i;
/** The rest of an invalid URL: a control character, or a % without two hexadecimal digits. */
const INVALID_REST = /[\u0000-\u001f\u007f]|%(?![0-9a-f]{2})/i;

/** Finds patterns that the kubelet rejects, that match no image, or that match more images than they seem to. */
export function checkPattern(pattern: string): readonly ConfigProblem[] {
  const found = findProblem(pattern);
  if (found === undefined) return [];
  const [severity, what, next] = found;
  const text = `the pattern ${shown(pattern)} ${what}`;
  return [severity === "error" ? configError(text, next) : { severity, what: text, next }];
}

type Problem = readonly [severity: ConfigProblem["severity"], what: string, next: string];

function findProblem(pattern: string): Problem | undefined {
  const [address = ""] = pattern.split(/[?#]/, 1);
  const host = address.split("/", 1)[0] ?? "";
  const path = address.slice(host.length);
  if (pattern === "") return never("it is empty", "write the registry's host");
  if (pattern.includes("://")) return never("an image has no scheme", "leave out the scheme");
  if (!HOST.test(host) || INVALID_REST.test(pattern)) {
    return ["error", "is not valid", "write a host, with port and path if needed; * is the only wildcard"];
  }
  if (address !== pattern)
    return ["warning", "is cut at its ? or #", "only * is a wildcard, and only in the host"];
  if (path.includes("*")) return never("in a path, * stands for itself", "leave out the * and what follows");
  if (path !== path.toLowerCase()) return never("an image's path is in lower case", "write it in lower case");
  if (!/[.:]/.test(host) && host !== "localhost") {
    return never("a host has a full stop or a port", "write one pattern for each number of parts: *.*.*");
  }
  if (path.length > 1 && !path.endsWith("/")) {
    return ["warning", `also matches ${shown(`${pattern}-other/app`)}`, "add a slash at its end"];
  }
  return undefined;
}

function never(why: string, next: string): Problem {
  return ["warning", `never matches: ${why}`, next];
}
