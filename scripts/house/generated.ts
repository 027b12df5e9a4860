/** Parts of src/README.md that scripts/house.ts writes, between a pair of comments each. */
import { type Room, roomOf } from "./rooms.ts";

/** The text between the comments of the part. Throws where the document has no such part. */
export function readGenerated(document: string, part: string): string {
  const [, text] = new RegExp(`<!-- ${part} -->\\n([^]*?)\\n<!-- end of ${part} -->`).exec(document) ?? [];
  if (text === undefined) throw new Error(`src/README.md has no part ${part}`);
  return text;
}

export function replaceGenerated(document: string, part: string, text: string): string {
  const [start, end] = [`<!-- ${part} -->\n`, `\n<!-- end of ${part} -->`];
  return document.replace(start + readGenerated(document, part) + end, () => start + text + end);
}

/** A line for each room with its files. */
export function describeWalk(files: readonly string[], rooms: readonly Room[]): string {
  const byRoom = Map.groupBy(files, (path) => roomOf(path, rooms)?.name ?? "");
  const lines = [...byRoom].map(([room, paths]) => {
    const names = paths.map(
      (path) => `\`${path.startsWith(room) ? path.slice(room.length) || room : path}\``,
    );
    return `| \`${room}\` | ${names.join(", ")} |`;
  });
  return ["| room | files |", "| --- | --- |", ...lines].join("\n");
}
