/** What a server wants before it answers, as its `WWW-Authenticate` says (RFC 9110, section 11.6.1). */

export interface Challenge {
  /** In small letters: `bearer`, `basic`. */
  readonly scheme: string;
  /** By name in small letters, unescaped; the first of those that are there twice. */
  readonly parameters: ReadonlyMap<string, string>;
}

const SPACES = /[ \t]+/y;
const BETWEEN = /[ \t,]*/y;
const SCHEME = /[!#$%&'*+.^_`|~0-9A-Za-z-]+(?=[ \t,]|$)/y;
const PARAMETER =
  /([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",=]+)(?=[ \t]*(?:,|$)))/y;
/** One value in the place of parameters, as `Negotiate` has it. */
const TOKEN68 = /[A-Za-z0-9._~+/-]+=*(?=[ \t]*(?:,|$))/y;

/**
 * Every challenge in the header's lines, in their order. One line may hold several, set apart by the same comma that
 * sets parameters apart. What is no challenge ends its line: what stood before counts.
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
  for (take(BETWEEN); at < line.length; take(BETWEEN)) {
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
      take(BETWEEN);
      parameter = take(PARAMETER);
    }
  }
  return challenges;
}

function unescape(quoted: string): string {
  return quoted.replace(/\\(.)/g, "$1");
}
