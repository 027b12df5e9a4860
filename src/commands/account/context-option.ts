import { parseContextName } from "../../config/config-file.ts";

/** Parses the value of `--context`. Throws `bad-arguments`. */
export function parseContext(text: string): string {
  return parseContextName(text, "--context", "bad-arguments");
}
