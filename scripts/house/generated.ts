/** The parts of src/README.md that scripts/house.ts generates. Each is between a pair of comments. */
import { type Room, roomOf } from "./rooms.ts";

/** Returns the text between the part's comments. Throws if the document has no such part. */
export function readGenerated(document: string, part: string): string {
  const [, text] = new RegExp(`<!-- ${part} -->\\n([^]*?)\\n<!-- end of ${part} -->`).exec(document) ?? [];
  if (text === undefined) throw new Error(`src/README.md has no part ${part}`);
  return text;
}

export function replaceGenerated(document: string, part: string, text: string): string {
  const [start, end] = [`<!-- ${part} -->\n`, `\n<!-- end of ${part} -->`];
  return document.replace(start + readGenerated(document, part) + end, () => start + text + end);
}

/** Returns a table of the files by room. */
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
