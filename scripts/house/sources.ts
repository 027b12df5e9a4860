/** Lists the files of src and reads their imports from the text. */
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

export interface Import {
  /** A path in src, `node:…`, or a package. */
  readonly to: string;
  /** Whether it imports only types. */
  readonly isType: boolean;
}

const IMPORT = /^(?:import|export)\b\s*(type\b)?([^"';]*?\bfrom)?\s*"([^"]+)"|\bimport\(\s*"([^"]+)"/gm;

/** Returns the paths of the TypeScript files in src, sorted. */
export function listSources(project: string): readonly string[] {
  return readdirSync(join(project, "src"), { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".ts"))
    .toSorted();
}

export function readSource(project: string, path: string): string {
  return readFileSync(join(project, "src", path), "utf8");
}

/** Returns the file's imports, including types. */
export function importsOf(project: string, path: string): readonly Import[] {
  const found = readSource(project, path).matchAll(IMPORT);
  return Array.from(found, ([, typeWord, names = "", fixed, lazy]) => {
    const name = fixed ?? lazy ?? "";
    const to = name.startsWith(".") ? posix.join(posix.dirname(path), name) : name;
    return { to, isType: typeWord !== undefined || namesOnlyTypes(names) };
  });
}

/** Whether each name in the braces has the prefix `type`. */
function namesOnlyTypes(names: string): boolean {
  const [, inBraces] = /\{([^}]*)\}/.exec(names) ?? [];
  const list = inBraces?.split(",").filter((name) => name.trim() !== "") ?? [];
  return list.length > 0 && list.every((name) => /^\s*type\s/.test(name));
}

/** Finds circular imports. Returns the files of each circle. */
export function findCircles(project: string): readonly (readonly string[])[] {
  const sources = listSources(project);
  const next = new Map(sources.map((path) => [path, importsOf(project, path).map(({ to }) => to)]));
  const reaches = new Map(sources.map((path) => [path, reachableFrom(path, next)]));
  const inCircle = sources.filter((path) => reaches.get(path)?.has(path));
  const circles = inCircle.map((path) =>
    inCircle.filter((other) => reaches.get(path)?.has(other) && reaches.get(other)?.has(path)),
  );
  return [...new Map(circles.map((circle) => [circle.join(), circle])).values()];
}

function reachableFrom(path: string, next: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const reached = new Set<string>();
  const open = [...(next.get(path) ?? [])];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    open.push(...(next.get(file) ?? []));
  }
  return reached;
}
