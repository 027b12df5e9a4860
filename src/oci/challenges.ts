/** Parses the challenges in `WWW-Authenticate` (RFC 9110, section 11.6.1). */

export interface Challenge {
  /** In lower case: `bearer`, `basic`. */
  readonly scheme: string;
  /** Unescaped values by lower-case name. If a name occurs twice, the first value counts. */
  readonly parameters: ReadonlyMap<string, string>;
}

const SPACES = /[ \t]+/y;
const SEPARATORS = /[ \t,]*/y;
const SCHEME = /[!#$%&'*+.^_`|~0-9A-Za-z-]+(?=[ \t,]|$)/y;
const PARAMETER =
  /([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",=]+)(?=[ \t]*(?:,|$)))/y;
/** The single value that some schemes have instead of parameters, such as `Negotiate`. */
const TOKEN68 = /[A-Za-z0-9._~+/-]+=*(?=[ \t]*(?:,|$))/y;

/**
 * Returns every challenge in the header's lines, in order. One line may contain several: commas separate both challenges and
 * parameters. Skips the rest of a line after a malformed challenge.
 */
export function parseChallenges(header: string | readonly string[] | undefined): readonly Challenge[] {
  const lines = header === undefined ? [] : typeof header === "string" ? [header] : header;
  return lines.flatMap(parseLine);
}

function parseLine(line: string): readonly Challenge[] {
  const challenges: Challenge[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(line) ?? undefined;
    if (match) at = pattern.lastIndex;
    return match;
  };
  for (take(SEPARATORS); at < line.length; take(SEPARATORS)) {
    const scheme = take(SCHEME)?.[0].toLowerCase();
    if (scheme === undefined) break;
    const parameters = new Map<string, string>();
    challenges.push({ scheme, parameters });
    if (!take(SPACES)) continue;
    let parameter = take(PARAMETER);
    if (!parameter) take(TOKEN68);
    while (parameter) {
      const [, name = "", quoted, bare] = parameter;
      const key = name.toLowerCase();
      if (!parameters.has(key)) parameters.set(key, bare ?? unescape(quoted ?? ""));
      take(SEPARATORS);
      parameter = take(PARAMETER);
    }
  }
  return challenges;
}

function unescape(quoted: string): string {
  return quoted.replace(/\\(.)/g, "$1");
}
