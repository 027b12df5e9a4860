import { configError, type ConfigProblem, shown } from "./config-problem.ts";

/** Finds patterns that the kubelet accepts and that match no image, or more images than they seem to. */
export function checkPattern(pattern: string): readonly ConfigProblem[] {
  const never = (why: string, next: string): readonly ConfigProblem[] => [
    { severity: "warning", what: `the pattern ${shown(pattern)} never matches: ${why}`, next },
  ];
  const host = pattern.split("/", 1)[0] ?? "";
  const path = pattern.slice(host.length);
  if (pattern === "") return never("it is empty", "write the registry's host");
  if (pattern.includes("://")) return never("an image has no scheme", "leave out the scheme");
  if (/[*?[]/.test(path)) return never("in a path, * stands for itself", "leave out the * and what follows");
  if (path !== path.toLowerCase()) return never("an image's path is in lower case", "write it in lower case");
  if (/%(?![0-9a-f]{2})/i.test(pattern))
    return [configError(`the pattern ${shown(pattern)} is not valid`, "remove the %")];
  if (!/[.:]/.test(host) && host !== "localhost") {
    return never("a host has a full stop or a port", "write one pattern for each number of parts: *.*.*");
  }
  if (path.length > 1 && !path.endsWith("/")) {
    const what = `the pattern ${shown(pattern)} also matches ${shown(`${pattern}-other/app`)}`;
    return [{ severity: "warning", what, next: "add a slash at its end" }];
  }
  return [];
}
