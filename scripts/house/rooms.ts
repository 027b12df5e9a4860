/** The rooms of src: reads the table in src/README.md and draws it as a picture. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Import } from "./sources.ts";

export interface Room {
  /** A folder with a slash at its end, or a file. */
  readonly name: string;
  readonly allowed: readonly Permission[];
}

/** A permission to import. `everything` permits all imports. */
interface Permission {
  /** A room, or one file of it. */
  readonly name: string;
  readonly typesOnly: boolean;
}

const ROW = /^\| (`[^|]+`) \| [^|]+ \| ([^|]+) \|$/gm;

/** Returns the rows of the table, in its order: a room may import only from rooms below it. */
export function readRooms(project: string): readonly Room[] {
  const text = readFileSync(join(project, "src/README.md"), "utf8");
  const [, section = ""] = /\n## Rooms\n([^]*?)\n## /.exec(text) ?? [];
  return Array.from(section.matchAll(ROW)).flatMap(([, names = "", allowed = ""]) => {
    const rooms = names.split(", ").map((name) => name.replaceAll("`", ""));
    return rooms.map((name) => ({ name, allowed: parseAllowed(allowed) }));
  });
}

function parseAllowed(text: string): readonly Permission[] {
  if (text.trim() === "nothing") return [];
  return text.split(",").map((part) => {
    const [, name = ""] = /`([^`]+)`/.exec(part) ?? ["", part.trim()];
    return { name, typesOnly: part.includes("types") };
  });
}

/** Returns the innermost room that contains the file. */
export function roomOf(path: string, rooms: readonly Room[]): Room | undefined {
  return rooms
    .filter(({ name }) => path === name || (name.endsWith("/") && path.startsWith(name)))
    .toSorted((a, b) => b.name.length - a.name.length)[0];
}

export function mayImport(from: Room, { to, isType }: Import, rooms: readonly Room[]): boolean {
  const target = roomOf(to, rooms);
  if (!target || target.name === from.name) return true;
  return from.allowed.some(({ name, typesOnly }) => {
    if (typesOnly && !isType) return false;
    return name === "everything" || name === target.name || name === to;
  });
}

function idOf(name: string): string {
  return name.replace(/\W/g, "_").replace(/_+$/, "");
}

/** Draws the table in Mermaid. Each arrow is a permission to import; a dashed arrow is only for types. */
export function drawRooms(rooms: readonly Room[]): string {
  const shown = rooms.filter(({ name }) => name.endsWith("/"));
  const nodes = shown.map(({ name }) => `  ${idOf(name)}["${name.slice(0, -1)}"]`);
  const arrows = shown.flatMap(({ name, allowed }) =>
    allowed
      .filter((one) => one.name.endsWith("/"))
      .map((one) => `  ${idOf(name)} ${one.typesOnly ? "-.->" : "-->"} ${idOf(one.name)}`),
  );
  return ["```mermaid", "flowchart TD", ...nodes, ...arrows, "```"].join("\n");
}
